"""Measurements of results: flicker, differences, x-t slices. Imports neither Qt nor the engine."""
