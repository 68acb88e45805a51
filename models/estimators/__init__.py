"""Estimators: networks as lanes that follow a video."""
