"""Where frames come from: the built-in scene, files, cameras, streams. No Qt here."""
