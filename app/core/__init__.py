"""Values shared by all rooms: results, slots between threads, the source protocol."""
