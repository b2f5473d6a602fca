"""The plays: each a small script of what the cashier, her customer and the world do."""
