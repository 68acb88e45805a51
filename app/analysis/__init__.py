"""Numbers from results: flicker, differences, x-t slices. Knows neither Qt nor the engine."""
