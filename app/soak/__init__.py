"""Endurance test of the window: random actions, a fault every few seconds, figures."""
