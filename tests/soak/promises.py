"""What must hold when a soak has ended, each as a name and what breaks it (nothing where it holds)."""

import re
import zlib
from collections import Counter
from typing import Any

import httpx

from tests.soak.crowd import account

Change = tuple[int, bytes, bytes]  # seq, event, order id


class Ledger:
    """What the shop holds, read over HTTP: orders, returns, and the changes that watchers have to have been told."""

    def __init__(self, client: httpx.Client) -> None:
        self.orders: list[int] = []
        self.returns: list[int] = []
        self.external: list[str] = []
        self.changes: list[Change] = []
        address: str | None = "/orders?limit=500"
        while address:
            answer = client.get(address, headers={"Accept": "application/json"})
            answer.raise_for_status()
            page = answer.json()
            for order in page["items"]:
                self._take(order)
            address = page["next"]
        self.changes.sort()

    def _take(self, order: dict[str, Any]) -> None:
        order_id = b"%d" % order["id"]
        self.orders.append(order["id"])
        if order["external_id"] is not None:
            self.external.append(order["external_id"])
        self.changes.append((order["seq"], b"placed", order_id))
        for one in order["returns"]:
            self.returns.append(one["id"])
            self.changes.append((one["seq"], b"returned", order_id))

    def sum_after(self, begins: int) -> int:
        """The account of who was told every change after `begins`, once and in order."""
        found = 0
        for change in self.changes:
            if change[0] > begins:
                found = zlib.crc32(account(*change), found)
        return found


def orders_kept(ledger: Ledger, acknowledged: list[list[int]], imported: set[str]) -> list[str]:
    """Each acknowledged order is there once; what is there was acknowledged, or stood in a file."""
    told = [order_id for ids in acknowledged for order_id in ids]
    found = said("acknowledged but not there", set(told) - set(ledger.orders))
    found += said("acknowledged twice", {one for one, count in Counter(told).items() if count > 1})
    found += said("there twice", {one for one, count in Counter(ledger.orders).items() if count > 1})
    more = len(ledger.orders) - len(set(told)) - len(ledger.external)
    if more > 0:
        found.append(f"{more} orders are there that nobody was told of")
    found += said("rows of files not there", imported - set(ledger.external))
    return found + said("in no file", set(ledger.external) - imported)


def returns_kept(ledger: Ledger, acknowledged: list[int]) -> list[str]:
    """Each acknowledged return is there once, and no other."""
    found = said("acknowledged but not there", set(acknowledged) - set(ledger.returns))
    return found + said("there, but nobody was told", set(ledger.returns) - set(acknowledged))


def watchers_told(ledger: Ledger, told: dict[str, Any], count: int) -> list[str]:
    """Every watcher was told every change since it came, once and in order."""
    sums: dict[int, int] = {}
    wrong, twice, never = [], 0, 0
    for number, (begins, _, account_of, again) in enumerate(told["accounts"]):
        twice += again
        if begins is None:
            never += 1
            continue
        if begins not in sums:
            sums[begins] = ledger.sum_after(begins)
        if account_of != sums[begins]:
            wrong.append(number)
    found = [f"{len(wrong)} of {count} watchers know other events than the ledger has: {wrong[:10]}"] if wrong else []
    found += [f"{twice} events were told twice"] if twice else []
    found += [f"{never} watchers never got in"] if never else []
    return found + ([f"{told['resets']} resets"] if told["resets"] else [])


def verified(done: Any) -> list[str]:
    """`verify` finds nothing wrong."""
    return [] if done.returncode == 0 else [re.sub(r"\s+", " ", (done.stdout + done.stderr)[-1_500:])]


def said(what: str, found: set[Any]) -> list[str]:
    """In words, some of them by name."""
    return [f"{what}: {len(found)}, such as {sorted(found)[:5]}"] if found else []
