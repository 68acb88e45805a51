"""Where networks run: devices, streams, graphs, cores."""
