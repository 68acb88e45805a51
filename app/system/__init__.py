"""The machine: memory, versions, log, environment, JSON files."""
