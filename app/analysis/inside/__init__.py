"""What goes on inside the networks, as pictures: one file of quantities per kind, one table."""
