"""Everything that knows Qt: the application, its window, the controller, the actions."""
