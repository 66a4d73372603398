"""What the database knows of customers: ids, codes, keyed hashes and sealed fields."""

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.db import queries

sql = queries.load("customers")


def find_by_code(tx: Any, codes: Iterable[str]) -> dict[str, int]:
    """The ids of customers by their pseudonymous code."""
    return {row["code"]: row["id"] for row in sql.find_by_code.all(tx, codes=codes)}


def find_by_email(tx: Any, email_index: bytes) -> Any:
    """The customer whose address has this keyed hash, or None."""
    return sql.find_by_email.one(tx, email_index=email_index)


def find_by_phone(tx: Any, phone_index: bytes, without_email: bool) -> Any:
    """The first customer whose number has this keyed hash, or None; without_email: whose address is unknown."""
    query = sql.find_by_phone if without_email else sql.find_any_by_phone
    return query.one(tx, phone_index=phone_index)


def insert_customers(tx: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add customers: (id, code, email_index, phone_index, sealed, created_ms, seq)."""
    sql.insert_customers.rows(tx, rows)


def update_customer(
    tx: Any, customer_id: int, email_index: bytes | None, phone_index: bytes | None, sealed: bytes
) -> None:
    """Keep what has become known of a customer."""
    sql.update_customer.run(tx, id=customer_id, email_index=email_index, phone_index=phone_index, sealed=sealed)


def find_sealed(tx: Any, customer_id: int) -> bytes | None:
    """The sealed fields of one customer."""
    return sql.find_sealed.value(tx, id=customer_id)
