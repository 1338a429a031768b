"""What one statement says by itself: names that it reads, binds, changes and makes share values."""
