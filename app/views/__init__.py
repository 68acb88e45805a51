"""What the comparing views are, from results and settings to what panes show; no toolkit."""
