"""Arrays in, pixels out: levels, colour maps, heat maps, OpenGL visuals, PLY."""
