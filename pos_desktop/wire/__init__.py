"""What travels between counter and relay; the only package that the relay may import."""
