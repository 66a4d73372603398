"""How much lies where: levels and the ledger of moves."""
