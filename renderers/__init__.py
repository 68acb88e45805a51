"""Arrays in, pixels out: colour maps, depth images, heat maps, OpenGL visuals, PLY."""
