"""The application: threads, pipeline, settings, window and command line wired together."""
