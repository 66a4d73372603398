"""The one verb of customers: an order's buyer is known by a pseudonymous id."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from webapp import config
from webapp.customers import dao, rules
from webapp.customers.rules import Seal


@functools.cache
def _seal(secret: bytes) -> Seal:
    return Seal(secret)


def know(tx: Any, items: Sequence[Mapping[str, Any]]) -> list[int]:
    """The ids of the buyers, found or made; earlier ones count for later ones.

    An item is {"code"}, a pseudonymous code of a file, or some of {"email", "phone", "name"}. An address decides who it
    is, else a number; a name alone is a new customer. What was not known of a found one is filled in. A customer that
    is made belongs to the change it came with and takes no number of the history.
    """
    codes = [item["code"] for item in items if "code" in item]
    known = _know_codes(tx, codes) if codes else {}
    return [known[item["code"]] if "code" in item else _know_person(tx, item) for item in items]


def _know_codes(tx: Any, codes: Sequence[str]) -> dict[str, int]:
    known = dao.find_by_code(tx, set(codes))
    fresh = [code for code in dict.fromkeys(codes) if code not in known]
    if fresh:
        first, seq = tx.next("customer", len(fresh)), tx.next("seq", 0)
        made = dict(zip(fresh, range(first, first + len(fresh)), strict=True))
        dao.insert_customers(tx, [(new, code, None, None, None, tx.now_ms, seq) for code, new in made.items()])
        known.update(made)
    return known


def _know_person(tx: Any, item: Mapping[str, Any]) -> int:
    seal = _seal(config.secret_key())
    email_index = seal.index("email", rules.email_key(item.get("email")))
    phone_index = seal.index("phone", rules.phone_key(item.get("phone")))
    found = _find(tx, email_index, phone_index)
    if found is None:
        customer_id = tx.next("customer")
        sealed = seal.close(customer_id, rules.merged({}, dict(item)))
        dao.insert_customers(tx, [(customer_id, None, email_index, phone_index, sealed, tx.now_ms, tx.next("seq", 0))])
        return customer_id
    _fill_in(tx, seal, found, dict(item), (email_index, phone_index))
    return int(found["id"])


def _find(tx: Any, email_index: bytes | None, phone_index: bytes | None) -> Any:
    found = dao.find_by_email(tx, email_index) if email_index is not None else None
    if found is None and phone_index is not None:
        found = dao.find_by_phone(tx, phone_index, without_email=email_index is not None)
    return found


def _fill_in(tx: Any, seal: Seal, found: Any, item: dict[str, Any], indexes: tuple[bytes | None, bytes | None]) -> None:
    old = seal.open(found["id"], found["sealed"])
    fields = rules.merged(old, item)
    if fields == old:
        return
    email_index, phone_index = found["email_index"] or indexes[0], found["phone_index"] or indexes[1]
    dao.update_customer(tx, found["id"], email_index, phone_index, seal.close(found["id"], fields))
