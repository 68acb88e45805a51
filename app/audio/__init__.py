"""Sound out of the window: tones synthesised from flicker, and the device that plays them."""
