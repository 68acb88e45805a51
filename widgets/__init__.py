"""Passive Qt widgets: values come in by method, wishes go out by signal."""
