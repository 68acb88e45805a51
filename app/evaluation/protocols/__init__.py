"""Protocols: what is compared with the truth, and how."""
