"""Recordings: folders with both pictures and disparities, which `replay` shows again."""
