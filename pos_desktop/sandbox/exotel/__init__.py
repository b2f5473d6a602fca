"""Practice Exotel: SMS v1, WhatsApp v2 and their callbacks (reference exotel 2, 3, 4, 9)."""
