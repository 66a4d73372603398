"""Many things in one request: each item its own result, or with `atomic=1` all of them or none."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import Response, request

from webapp.db import writer
from webapp.db.group import Action
from webapp.errors import Conflict, FieldError, Invalid, Problem, invalid_parameter
from webapp.web import body as bodies
from webapp.web import jsonio
from webapp.web.respond import made


class Quick(NamedTuple):
    """A shorter way to drafts: what is plain is read into structs, and is a draft as it stands where some of it `fit`."""

    reads: jsonio.Plain
    fit: Callable[[Sequence[Any]], bool]


def run(
    action: Action,
    check: Callable[[Any], Any],
    prepare: Callable[[list[Any]], Action | None] | None = None,
    quick: Quick | None = None,
) -> Response:
    """The contract's answer to a batch. check: makes a draft of a JSON value or raises Invalid with its fields.

    prepare: may make a verb of its own for the drafts that were not refused, with what can be done before its turn to write.
    quick: a shorter way to drafts.

    Raises TooLarge, Malformed, Unsupported as `body.read_batch`; with atomic Invalid, or Conflict when all refusals are
    conflicts, naming the items' fields as `/7/quantity`.
    """
    said = request.args.get("atomic", "0")
    if said not in ("0", "1"):
        raise invalid_parameter("atomic", "unknown", "atomic is 1 or 0.")
    sent = bodies.read_batch(quick.reads if quick else None)
    key = bodies.key(sent, status=200)
    items = bodies.items(sent, check, quick.fit if quick else None)
    sent.clear()  # what was made of it is enough, and there may be much of it
    own = prepare([item for item in items if not isinstance(item, Problem)]) if prepare else None
    results = writer.do_many(own or action, items, key, atomic=said == "1")
    refused = [(index, result) for index, result in enumerate(results) if isinstance(result, Problem)]
    if refused and said == "1":
        raise _whole(refused)
    entries = [
        _refused(index, result)
        if isinstance(result, Problem)
        else {"index": index, "status": 201, "id": result["id"], "seq": result["seq"]}
        for index, result in enumerate(results)
    ]
    answer = {"accepted": len(results) - len(refused), "rejected": len(refused), "results": entries}
    return made(answer, status=200, key=key)


def _refused(index: int, result: Problem) -> dict[str, Any]:
    said = result.as_json()
    kept: dict[str, Any] = {name: said[name] for name in ("code", "detail", "id") if name in said}
    return {"index": index, "status": result.status, **kept, "errors": said["errors"]}


def _whole(refused: list[tuple[int, Problem]]) -> Problem:
    errors = []
    for index, problem in refused:
        fields = problem.errors or [FieldError("", problem.code, problem.detail)]
        errors += [FieldError(f"/{index}{field.pointer or ''}", field.code, field.detail) for field in fields]
    kind = Conflict if all(problem.status == 409 for _, problem in refused) else Invalid
    detail = f"{len(refused)} of the batch were refused, so nothing of it was written."
    codes = {problem.code for _, problem in refused}
    return kind(detail, *errors, code=codes.pop() if len(codes) == 1 else None)
