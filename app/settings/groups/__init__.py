"""The settings by subject, a file each; `app.settings.settings` joins them."""
