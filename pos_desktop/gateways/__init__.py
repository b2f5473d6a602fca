"""Payment gateways: adapters that turn a gateway's wire format into the words of the domain."""
