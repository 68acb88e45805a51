"""Words that the command line and the settings share; imports nothing: `--help` answers at once."""

EXPORTS = ("npy", "png16", "mp4", "ply")
"""What `process` can write."""
