"""One module per data set: how it lies on disk, and how protocols take it."""
