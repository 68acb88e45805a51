"""Hours at a booth in a window of its own: random actions, a fault every few seconds, figures."""
