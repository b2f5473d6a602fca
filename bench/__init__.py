"""How close the program comes to what its machine allows: ``python -m bench``."""
