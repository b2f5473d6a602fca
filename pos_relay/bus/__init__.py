"""Wake-ups for readers of the feed; the feed itself is in the database."""
