"""Long work: queued in the ledger, done by one background process, resumed by its own position."""
