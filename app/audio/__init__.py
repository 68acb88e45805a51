"""Sound output: tones synthesised from flicker, and the device that plays them."""
