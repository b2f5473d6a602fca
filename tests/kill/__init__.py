"""The real counter, killed at random moments while it sells (promise R1 and design payments)."""
