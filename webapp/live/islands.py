"""Live pieces of pages: one loader, one template, the topics that change it, under one address.

An island's address is a URL with its parameters sorted. The same island renders in the first page, in the answer to
its address and in a push, each time from one snapshot, whose position stands in `data-v`. It reads no request.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from jinja2 import Environment
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from webapp import clock
from webapp.db import reading
from webapp.errors import NotFound
from webapp.live import outbox

Loader = Callable[[Any, Any, int], dict[str, Any]]
FASTEST = 0.1
LONGEST_ADDRESS = 2_000
_PART = re.compile(r"<(\w+)>")
_NOT_ID = re.compile(r"[^A-Za-z0-9]+")
_VERSION = re.compile(r'data-v="\d+"')
_page: ContextVar[tuple[Any, int] | None] = ContextVar("page", default=None)


@dataclass(frozen=True)
class Island:
    """One kind of island. pace: seconds between two renderings at least. clock: it moves by itself each second.

    threaded: its loader reads long, so a push renders it in the thread pool.
    """

    path: str
    loader: Loader
    template: str
    topics: frozenset[str]
    pace: float = 0.25
    clock: bool = False
    threaded: bool = False
    role: str | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the island's paths look like."""
        pieces = enumerate(_PART.split(self.path))
        return re.compile("".join(f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece) for index, piece in pieces))


class Found(NamedTuple):
    """An island at an address: the address in its one form, and its parameters."""

    island: Island
    address: str
    parameters: MultiDict[str, str]


@dataclass
class Islands:
    """The islands of an application and the templates that show them."""

    by_path: dict[str, Island] = field(default_factory=dict)
    environment: Environment | None = None

    def island(
        self, path: str, *, topics: Sequence[str], template: str, pace: float = 0.25, clock: bool = False,
        threaded: bool = False, role: str | None = None,
    ) -> Callable[[Loader], Loader]:  # fmt: skip
        """Register the decorated loader(tx, parameters, now_ms) -> context at a path such as "/imports/<id>/progress".

        parameters: query and path values, a mapping of text to text in which a name may stand several times.
        """

        def register(loader: Loader) -> Loader:
            self.by_path[path] = Island(
                path, loader, template, frozenset(topics), max(pace, FASTEST), clock, threaded, role
            )
            return loader

        return register

    def find(self, address: str) -> Found | None:
        """The island at an address, however its parameters are ordered; None when there is none."""
        if len(address) > LONGEST_ADDRESS or not address.isprintable():
            return None
        try:
            parts = urlsplit(address)
            pairs = sorted(parse_qsl(parts.query, max_num_fields=100))
        except ValueError:
            return None
        if parts.scheme or parts.netloc or parts.fragment:
            return None
        path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=-._~")
        for island in self.by_path.values():
            values = island.pattern.fullmatch(unquote(path))
            if values is not None:
                query = urlencode(pairs, quote_via=quote)
                parameters: MultiDict[str, str] = MultiDict([*values.groupdict().items(), *pairs])
                return Found(island, path + ("?" + query if query else ""), parameters)
        return None

    def canonical(self, address: str) -> str | None:
        """The address in its one form, or None."""
        found = self.find(address)
        return found.address if found else None

    def render(self, address: str, tx: Any, now_ms: int) -> Markup:
        """The island's element as this snapshot holds it.

        Raises NotFound when there is no such island, and what its loader raises (Invalid for a wrong parameter).
        """
        found = self.find(address)
        if found is None:
            raise NotFound(f"There is no island {address}.")
        if self.environment is None:
            raise RuntimeError("no templates: call islands.install(app.jinja_env) first")
        seq = outbox.position(tx)
        context = found.island.loader(tx, found.parameters, now_ms)
        template = self.environment.get_template(found.island.template)
        with page(tx, now_ms):
            return Markup(
                template.render(**context, island_attrs=attributes(found.address, seq), address=found.address, seq=seq)
            )

    def install(self, environment: Environment) -> None:
        """Give templates `island(address)`, which renders in place."""
        self.environment = environment
        environment.globals["island"] = self.place
        environment.globals["island_id"] = element_id

    def place(self, address: str) -> Markup:
        """The island inside the page's own snapshot; outside of `page()` in a snapshot of its own."""
        current = _page.get()
        if current is not None:
            return self.render(address, *current)
        with reading.reading() as tx:
            return self.render(address, tx, clock.now_ms())


known = Islands()
island = known.island
render = known.render
install = known.install


@contextmanager
def page(tx: Any, now_ms: int) -> Iterator[None]:
    """While it lasts, every island of a page renders from the snapshot `tx` at the time `now_ms`."""
    before = _page.set((tx, now_ms))
    try:
        yield
    finally:
        _page.reset(before)


def element_id(address: str) -> str:
    """The id of an island's element: its path with dashes and, where it has a query, a short hash of it."""
    path, _, query = address.partition("?")
    name = _NOT_ID.sub("-", path).strip("-") or "island"
    return f"{name}-{hashlib.sha256(query.encode()).hexdigest()[:6]}" if query else name


def attributes(address: str, seq: int) -> Markup:
    """The attributes of an island's root element; the event `refresh` on it fetches it anew."""
    where = escape(address)
    return Markup(
        f'id="{element_id(address)}" data-island="{where}" data-v="{seq}" '
        f'hx-get="{where}" hx-trigger="refresh" hx-target="this" hx-swap="outerMorph"'
    )


def unversioned(html: str) -> str:
    """The text without the positions in it: equal for two renderings between which nothing was to be seen."""
    return _VERSION.sub("", html)
