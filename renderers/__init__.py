"""Arrays in, pixels out: colour maps, depth images, heat maps, GL visuals, PLY."""
