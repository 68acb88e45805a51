"""Lessons: predict, observe, explain. Their format, the way through one, and what they measure."""
