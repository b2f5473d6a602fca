"""Whole sales played through the real window: for a machine without a screen, and as proof."""
