"""The names of the colour maps, apart from `renderers.colormap` so that numpy is not imported."""

COLORMAPS = ("inferno", "viridis", "magma", "plasma", "cividis", "grey", "turbo")
"""Names in the order of the menu; the first is the default."""

COLOR_BLIND_SAFE = ("inferno", "viridis", "magma", "plasma", "cividis", "grey")
"""Those whose lightness alone, which all eyes see, rises all the way from far to near."""
