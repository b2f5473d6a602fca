"""Tests of the stories' own folder."""
