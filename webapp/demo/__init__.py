"""The sample shop Harbour & Pine: catalogue, planted truths, maker, client, and what keeps it up to now."""
