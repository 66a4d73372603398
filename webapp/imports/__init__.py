"""Files of sales become orders: read, recognised, shown, then entered as a job that can be cancelled and resumed."""
