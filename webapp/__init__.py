"""Takings, a shop's live ledger of sales."""

__version__ = "0.3.0"
