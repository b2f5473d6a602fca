"""Raseed's counter: the point of sale on each till."""

__version__ = "0.2.0"
