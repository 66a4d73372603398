"""The peers: small durable shops that a competent programmer would write, each in its own framework.

All keep an order with its lines in the tables of schema.sql, on SQLite in WAL mode with synchronous=FULL, one transaction
an order, and answer when it is committed. `make peers` installs them into var/peers, away from the shop's own libraries.
"""
