"""Verbs of the shop: its channels, its locations, its settings."""

from collections.abc import Sequence
from typing import Any

from webapp.errors import Problem
from webapp.jobs import queue
from webapp.live import outbox
from webapp.shop import dao, rules
from webapp.shop.shapes import ChangedSettings, NewChannel, NewLocation, channel_json, location_json


def create_channels(tx: Any, items: Sequence[NewChannel]) -> list[dict[str, Any] | Problem]:
    """The channels exist: each as answers show it, with its seq. A taken code is Conflict `duplicate`."""
    known = {row["code"]: row["id"] for row in dao.find_channels(tx)}
    ids = rules.split_taken([item.code for item in items], known, tx.next("channel", 0), _taken_channel)
    rows = [
        (new_id, item.code, item.name or item.code, item.kind)
        for new_id, item in zip(ids, items, strict=True)
        if not isinstance(new_id, Problem)
    ]
    if rows:
        dao.insert_channels(tx, rows)
    return _results(tx, ids, "channel", {row[0]: row for row in dao.find_channels(tx)}, channel_json)


def _taken_channel(code: str, found_id: int) -> Problem:
    return rules.taken("channel", "/code", code, found_id, "/channels")


def create_locations(tx: Any, items: Sequence[NewLocation]) -> list[dict[str, Any] | Problem]:
    """The locations exist: each as answers show it, with its seq. A taken code is Conflict `duplicate`."""
    known = {row["code"]: row["id"] for row in dao.find_locations(tx)}
    ids = rules.split_taken([item.code for item in items], known, tx.next("location", 0), _taken_location)
    rows = [
        (new_id, item.code, item.name or item.code, item.region, _real(item.latitude), _real(item.longitude),
         item.time_zone)
        for new_id, item in zip(ids, items, strict=True)
        if not isinstance(new_id, Problem)
    ]  # fmt: skip
    if rows:
        dao.insert_locations(tx, rows)
    return _results(tx, ids, "location", {row[0]: row for row in dao.find_locations(tx)}, location_json)


def _taken_location(code: str, found_id: int) -> Problem:
    return rules.taken("location", "/code", code, found_id, "/locations")


def _real(degrees: Any) -> float | None:
    return None if degrees is None else float(degrees)


def _results(tx: Any, ids: Sequence[int | Problem], what: str, rows: dict[int, Any], as_json: Any) -> list[Any]:
    made = rules.accepted(ids)
    if not made:
        return list(ids)
    first = tx.next(what, made)
    seq = outbox.append(tx, "shop", what, first, made) - first
    return [one if isinstance(one, Problem) else {**as_json(rows[one]), "seq": seq + one} for one in ids]


def change_settings(tx: Any, items: Sequence[ChangedSettings]) -> list[dict[str, Any] | Problem]:
    """The shop's name and locale are as asked for; a setting that is so already takes no number of the history."""
    results: list[dict[str, Any] | Problem] = []
    for item in items:
        wanted = item.model_dump(exclude_unset=True)
        seq = None
        for name, value in wanted.items():
            if dao.update_setting(tx, name, value):
                seq = outbox.append(tx, "shop", "changed", 1)
        results.append({**wanted, "seq": seq})
    return results


def ask_for_backups(tx: Any, items: Sequence[None]) -> list[dict[str, Any]]:
    """A backup is made by the worker as soon as it can; one that waits already is joined. Results are {"job_id"}."""
    job_id = queue.add(tx, "backup_now", dedupe=True)
    return [{"job_id": job_id} for _ in items]
