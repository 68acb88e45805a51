"""What a network computes on the way to disparity: what can be requested, and the maths of it."""
