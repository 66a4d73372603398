"""One search across everything that the shop knows by a name or a number."""
