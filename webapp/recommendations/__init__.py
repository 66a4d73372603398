"""The adviser: from computed facts to promotions and prices that a person decides on."""
