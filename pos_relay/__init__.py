"""Raseed's relay: hosts sealed invoices and passes on confirmations; trusted with neither."""

__version__ = "0.2.0"
