"""A deterministic simulation of whole shop days: one thread, one virtual clock, one seed.

``python -m tests.simulation --seeds 1-2000`` runs the real services and the real storage (a SQLite
file on tmpfs) against simulated people, gateway, relay and Exotel that lose, delay, duplicate and
reorder, and kills the process between any two steps. ``checker.py`` judges every step and the end;
it knows nothing of the program but its database file.
"""
