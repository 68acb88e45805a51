"""One controller per feature of the window."""
