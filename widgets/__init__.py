"""Passive Qt widgets: values come in by method, button_actions go out by signal."""
