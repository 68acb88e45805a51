"""The settings value, its rules, its file, presets and viewpoints. No Qt."""
