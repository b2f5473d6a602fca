"""The routes of design relay 1, one module per kind of caller."""
