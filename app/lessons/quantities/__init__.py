"""What can be measured on screen during a lesson: a file and a line in `table.KEYS` each."""
