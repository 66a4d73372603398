"""The sample shop Harbour & Pine: its catalogue, its planted truths, its maker, its client and what keeps it up to now."""
