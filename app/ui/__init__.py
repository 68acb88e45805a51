"""Everything that uses Qt: the application, its window, the controller, the actions."""
