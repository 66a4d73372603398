"""What a shop has said: each line is of a kind that is always expected, is explained by a fault, or is found here."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.soak.faults import Faults
from tests.soak.shop import read_line

ALWAYS = (r"^Takings listens on http://", r"^New web processes have taken over\.$")

STARTING = (
    r"^FATAL the database system is starting up"  # said to who asks whether it is ready: the soak starts it itself
)


def unexplained(said: Iterable[tuple[Path, str]], faults: Faults) -> Counter[str]:
    """The lines that nothing explains, with how often; numbers in them are not told apart."""
    found: Counter[str] = Counter()
    at = 0.0
    for _, line in said:
        record = read_line(line)
        if record is None:
            if line.strip() and not any(re.search(one, line) for one in ALWAYS) and not faults.explains(at, line):
                found[re.sub(r"\d+", "#", line)[:200]] += 1
            continue
        at = _at(record) or at
        if (fault := _fault_of(record, faults, at)) is not None:
            found[fault] += 1
    return found


def of_server(complaints: Iterable[tuple[float, str]], faults: Faults) -> Counter[str]:
    """What a database's server said of errors that nothing explains."""
    odd = (said for at, said in complaints if not re.search(STARTING, said) and not faults.explains(at, said))
    return Counter(f"database: {re.sub('[0-9]+', '#', said)[:200]}" for said in odd)


def _fault_of(record: dict[str, Any], faults: Faults, at: float) -> str | None:
    status = record.get("status")
    if record.get("logger") == "takings.access":
        odd = isinstance(status, int) and status >= 500 and not faults.explains(at, "", status)
        return f"{record['method']} {re.sub('[0-9]+', '#', record['path'])} was answered {status}" if odd else None
    if record.get("level") in ("info", "debug") or faults.explains(at, record.get("message", "")):
        return None
    trace = record.get("trace", "").strip().splitlines()
    told = f"{record.get('level')} {record.get('logger')}: {re.sub('[0-9]+', '#', record.get('message', ''))[:200]}"
    return f"{told} ({trace[-1][:200]})" if trace else told


def _at(record: dict[str, Any]) -> float:
    try:
        return datetime.fromisoformat(record["at"]).timestamp()
    except (KeyError, ValueError):
        return 0.0
