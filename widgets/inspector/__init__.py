"""The inspector's sections, each of which shows some settings and emits the user's changes."""
