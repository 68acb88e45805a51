"""Recordings: folders with pictures and both lanes' disparities, which `replay` opens."""
