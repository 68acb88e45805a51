"""What leaves the window live: a virtual camera, a page for the audience, a stream.

An output gets the newest result on a thread of its own and knows no toolkit.
"""
