"""Messages to customers: composed from registered templates, sent through Exotel."""
