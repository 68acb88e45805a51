"""Features of the window with a life of their own, one desk each: recording, report, charts, …

A desk owns its thread or timer, hears the signals it needs and can be closed; the session sets the
desks up and knows nothing of what they do.
"""
