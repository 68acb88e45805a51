"""The names of the colour maps, apart from `renderers.colormap` so that numpy is not imported."""

COLORMAPS = ("spectral", "inferno", "viridis", "magma", "plasma", "cividis", "grey", "turbo")
"""Names in the order of the menu; the first is the default."""

COLOR_BLIND_SAFE = ("spectral", "inferno", "viridis", "magma", "plasma", "cividis", "grey")
"""Those in which all eyes tell depths apart that differ by a sixth of the range."""
