"""The values that every room hands on: results, slots between threads, the source protocol."""
