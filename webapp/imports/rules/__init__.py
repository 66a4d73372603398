"""Arithmetic and checks of imports: numbers, times, cells, lines, batches; they know neither the ledger nor the clock."""
