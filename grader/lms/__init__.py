"""Clients of other systems: what talks over a network is here, and nothing else of ours does."""
