"""Practice Cashfree, faithful to reference gateways 2."""
