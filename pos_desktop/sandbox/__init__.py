"""Practice servers that speak the wire formats of Razorpay and Exotel, on loopback only."""
