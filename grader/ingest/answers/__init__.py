"""Which files of a student answer which exercise: one rule for everything that has to choose."""
