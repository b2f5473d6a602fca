"""Practice Razorpay, faithful to reference gateways 1 with the quirks of 1.11."""
