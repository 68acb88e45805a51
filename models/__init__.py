"""Networks, estimators, geometry and metrics. Knows nothing of Qt, VisPy or the app."""
