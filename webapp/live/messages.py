"""The messages of the live channel as JSON texts: what a client may say, and what it is told (docs/live.md)."""

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from webapp import clock

MOST_ISLANDS = 64
_MEMBERS = ("subscribe", "islands", "since", "epoch")


class Fault(NamedTuple):
    """What of a message is not served, and where it stands in it (RFC 6901)."""

    detail: str
    pointer: str


class Wanted(NamedTuple):
    """What a client wants from now on, in place of what it wanted before.

    since: the last change that it knows, None for "from now on". epoch: the history to which `since` belongs, if said.
    """

    topics: frozenset[str]
    addresses: tuple[str, ...]
    since: int | None
    epoch: str | None


def understand(
    text: str, topics: Iterable[str], canonical: Callable[[str], str | None]
) -> tuple[Wanted | None, list[Fault]]:
    """What the message asks for, and its faults; None when nothing of it can be served.

    canonical: the island's address in its one form, None when there is no such island.
    """
    try:
        message = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None, [Fault("This is not JSON.", "")]
    if not isinstance(message, dict):
        return None, [Fault("A message is a JSON object.", "")]
    faults = [Fault("There is no such member.", "/" + _escaped(name)) for name in message if name not in _MEMBERS]
    if "subscribe" not in message and "islands" not in message:
        return None, [*faults, Fault("A message says what to subscribe to.", "")]
    known = frozenset(topics)
    wanted_topics = _each(message, "subscribe", lambda name: name if name in known else None, "topic", faults)
    addresses = _each(message, "islands", canonical, "island", faults)
    since = _typed(message, "since", int, "A change is named by its number.", faults)
    epoch = _typed(message, "epoch", str, "A history is named by a text.", faults)
    if faults and not wanted_topics and not addresses:
        return None, faults
    return Wanted(frozenset(wanted_topics), tuple(sorted(set(addresses))), since, epoch), faults


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _each(
    message: dict[str, Any], member: str, known: Callable[[str], str | None], kind: str, faults: list[Fault]
) -> list[str]:
    names = message.get(member, [])
    if not isinstance(names, list):
        faults.append(Fault(f"This is a list of {kind}s.", f"/{member}"))
        return []
    found: list[str] = []
    for index, name in enumerate(names):
        answer = known(name) if isinstance(name, str) and len(found) < MOST_ISLANDS else None
        if answer is None:
            faults.append(Fault(f"There is no such {kind}.", f"/{member}/{index}"))
        else:
            found.append(answer)
    return found


def _typed(message: dict[str, Any], member: str, kind: type, detail: str, faults: list[Fault]) -> Any:
    value = message.get(member)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        faults.append(Fault(detail, f"/{member}"))
        return None
    return value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")[:100]


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def ready(seq: int, epoch: str) -> str:
    """Everything up to `seq` has been sent; what follows is live."""
    return f'{{"topic":"ready","seq":{seq},"epoch":{_quoted(epoch)}}}'


def beat(seq: int, now_ms: int) -> str:
    """The line stands; nothing has happened."""
    return f'{{"topic":"beat","seq":{seq},"at":"{clock.format_time(now_ms)}"}}'


def error(fault: Fault, address: str | None = None) -> str:
    """What of a message is not served; `address` for an island that cannot be shown."""
    about = f',"address":{_quoted(address)}' if address is not None else ""
    return f'{{"topic":"error","detail":{_quoted(fault.detail)},"pointer":{_quoted(fault.pointer)}{about}}}'


def event(topic: str, seq: int, at_ms: int, name: str, data: str) -> str:
    """One change of an event topic; `data` is a JSON text."""
    at = clock.format_time(at_ms)
    return f'{{"topic":{_quoted(topic)},"seq":{seq},"at":"{at}","event":{_quoted(name)},"data":{data}}}'


def state(topic: str, seq: int, at_ms: int, data: str) -> str:
    """A state topic as it stands at `seq`; `data` is a JSON text."""
    return f'{{"topic":{_quoted(topic)},"seq":{seq},"at":"{clock.format_time(at_ms)}","data":{data}}}'


def island(address: str, seq: int, html: str) -> str:
    """An island as it stands at `seq`."""
    return f'{{"topic":"island","address":{_quoted(address)},"seq":{seq},"html":{_quoted(html)}}}'


def reset(seq: int, epoch: str, reason: str, data: dict[str, str]) -> str:
    """Start anew from the state at `seq`; `data` has a JSON text for each topic, and is empty for pages."""
    members = ",".join(f"{_quoted(name)}:{text}" for name, text in data.items())
    return f'{{"topic":"reset","seq":{seq},"epoch":{_quoted(epoch)},"reason":"{reason}","data":{{{members}}}}}'


def together(texts: list[str]) -> str:
    """Several messages as one: an array of them in order; one alone stays as it is."""
    return texts[0] if len(texts) == 1 else "[" + ",".join(texts) + "]"
