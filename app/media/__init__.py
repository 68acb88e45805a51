"""Decoding, indexing and encoding of video files."""
