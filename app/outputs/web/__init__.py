"""The page for the audience: its server, its viewers, and what may pass between them."""
