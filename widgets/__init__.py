"""Passive Qt widgets: values come in through methods, requests go out as signals."""
