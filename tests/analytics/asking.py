"""Short ways to ask pages of figures: exact JSON, rows of CSV, the words of a page and its links."""

import csv
import html
import io
import json
import re
from decimal import Decimal
from typing import Any

from webapp import clock

NOW = "2026-11-21T14:37:08Z"  # a Saturday
HTML = "text/html"


def told(client: Any, address: str, status: int = 200) -> Any:
    """The JSON at an address, its numbers as they were written."""
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == status, answer.get_data(as_text=True)[:800]
    return json.loads(answer.get_data(as_text=True), parse_float=Decimal)


def refused(client: Any, address: str) -> list[tuple[str, str]]:
    """(parameter, code) of all that is refused at an address."""
    return sorted((error["parameter"], error["code"]) for error in told(client, address, 422)["errors"])


def sheet(client: Any, address: str) -> list[dict[str, str]]:
    """The rows of CSV at an address."""
    answer = client.get(address, headers={"Accept": "text/csv"})
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def page(client: Any, address: str, status: int = 200) -> str:
    """The markup of the page at an address."""
    answer = client.get(address, headers={"Accept": HTML})
    assert answer.status_code == status and answer.mimetype == HTML, answer.get_data(as_text=True)[-800:]
    return answer.get_data(as_text=True)


def words(markup: str) -> str:
    """What of a page can be read."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def links(markup: str, begin: str) -> list[str]:
    """The addresses on a page that begin like that."""
    return [found for one in re.findall(r'href="([^"]*)"', markup) if (found := html.unescape(one)).startswith(begin)]


def at_ms(text: str) -> int:
    """An instant such as "2026-11-20T10:00"."""
    return clock.parse_time(f"{text}:00Z")
