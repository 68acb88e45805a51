"""Built-in scenes: a ray caster with exact disparity, flow and pose for every frame."""
