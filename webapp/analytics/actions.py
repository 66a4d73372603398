"""Verbs of saved views: give a question a name, and forget it."""

from collections.abc import Sequence
from typing import Any

from webapp import clock
from webapp.analytics import dao
from webapp.analytics.shapes_views import NewView
from webapp.errors import Conflict, FieldError, NotFound, Problem
from webapp.live import outbox

MOST = 200


def save_views(tx: Any, items: Sequence[NewView]) -> list[dict[str, Any] | Problem]:
    """The views are saved, each as answers show it. A taken name is Conflict `duplicate`, as is the 201st view."""
    names = {row["name"]: row["id"] for row in dao.find_views(tx)}
    results: list[dict[str, Any] | Problem] = []
    for item in items:
        if item.name in names:
            results.append(_taken(item.name, names[item.name]))
        elif len(names) >= MOST:
            results.append(Conflict(f"A shop has at most {MOST} views; delete one first."))
        else:
            names[item.name] = new_id = tx.next("saved_view")
            seq = outbox.append(tx, "views", "saved", new_id)
            dao.insert_views(tx, [(new_id, item.name, item.query, tx.now_ms, seq)])
            results.append(
                {
                    "id": new_id, "name": item.name, "query": item.query, "address": f"/explore?{item.query}",
                    "seq": seq, "created_at": clock.format_time(tx.now_ms),
                }
            )  # fmt: skip
    return results


def _taken(name: str, found_id: int) -> Conflict:
    error = FieldError("/name", "duplicate", f"{name} is taken; choose another name.")
    return Conflict(f"There is a view {name} already.", error, location=f"/explore/views/{found_id}", id=found_id)


def delete_views(tx: Any, items: Sequence[int]) -> list[int | Problem]:
    """The views are gone; NotFound for one that is not there."""
    results: list[int | Problem] = []
    for view_id in items:
        if dao.delete_view(tx, view_id):
            results.append(outbox.append(tx, "views", "deleted", view_id))
        else:
            results.append(NotFound(f"There is no view {view_id}."))
    return results
