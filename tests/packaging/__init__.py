"""The packages that shops install: what is in them, and that they run on a bare system."""
