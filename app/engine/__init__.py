"""Capture, inference, pipeline and lanes, and their supervision. Plain threads, no Qt."""
