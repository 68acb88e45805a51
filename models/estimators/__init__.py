"""Estimators: what turns a network into a lane that can follow a video."""
