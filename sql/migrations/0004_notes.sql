-- Notes by the time of their order, so that a search through them reads the notes alone and not the ledger.
create index orders_note on orders (placed_ms, note) where note is not null;
