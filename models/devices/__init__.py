"""Devices that networks run on: streams, acceleration, cores."""
