"""The only composition root: builds adapters, services and windows, and nothing else does."""
