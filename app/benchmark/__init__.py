"""The benchmark: the app against the bare model, in one run on one machine."""
