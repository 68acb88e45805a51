"""Data files of the application; each folder says what its licence is."""
