"""Planted bugs: each is a patch, and the simulation has to find it.

``catalogue.toml`` names each with the seed that catches it. They are applied to a copy of the
program in a temporary folder, never to the program itself.
"""
