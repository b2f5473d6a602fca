"""The rules of the shop: pure values and functions, no I/O, no clock, no randomness, no float."""
