"""What templates know without being told: the shop's formatter as filters, addresses, assets, the frame of a page."""

import json
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from babel.numbers import get_currency_symbol
from flask import Flask, current_app, g, has_request_context, request
from jinja2 import FileSystemBytecodeCache, Undefined
from markupsafe import Markup

from webapp import __version__, clock, money
from webapp.db import store
from webapp.text import NONE, Formatter
from webapp.web import appearance, assets, negotiate, notice


class Page(NamedTuple):
    """A line of the rail; `letter` is what goes there after "g"."""

    name: str
    address: str
    title: str
    letter: str


PAGES = (
    Page("today", "/", "Today", "d"),
    Page("sell", "/sell", "Sell", "s"),
    Page("orders", "/orders", "Orders", "o"),
    Page("products", "/products", "Products", "p"),
    Page("recommendations", "/recommendations", "Recommendations", "r"),
    Page("explore", "/explore", "Explore", "x"),
    Page("search", "/search", "Search", "f"),
    Page("imports", "/imports", "Imports", "i"),
    Page("settings", "/settings", "Settings", "e"),
)
# The tab bar of a phone; what is not in it stands under "More".
TABS = ("today", "sell", "orders", "products")


def register(app: Flask) -> None:
    """Every template of the app has the filters and globals below; `asset` addresses are served."""
    assets.register(app)
    appearance.register(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        asset=assets.asset,
        query=query,
        path_with=path_with,
        new_key=new_key,
        now_ms=clock.now_ms,
        tabs=TABS,
        money_sign=money_sign,
        notice=notice.place,
        version=__version__,
    )
    app.context_processor(surroundings)
    app.jinja_env.bytecode_cache = _compiled(app)


def surroundings() -> dict[str, Any]:
    """What the frame of every page shows: the shop, its mode, how this screen wants to look; and whether it is wanted at all."""
    wall = has_request_context() and request.args.get("screen") == "wall"
    return {
        "shop": _shop(), "appearance": appearance.read(), "screen": "wall" if wall else "", "pages": _pages(),
        "partial": has_request_context() and negotiate.is_partial(),
    }  # fmt: skip


def _shop() -> store.Shop | None:
    try:
        return store.shop()
    except RuntimeError:  # an error page before a database is open
        return None


def _pages() -> list[Page]:
    """The pages that this program has an address for."""
    known = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [page for page in PAGES if page.address in known]


# ---- Filters: minor units or a Decimal of the contract's JSON, milliseconds or a contract's time, a day or a date ----


def _formatter() -> Formatter:
    return store.shop().formatter


def minor(value: int | Decimal | None) -> int | None:
    """An amount in minor units: an integer is one already, a Decimal is an amount of the shop's currency."""
    if not isinstance(value, Decimal):
        return value
    return int(value.scaleb(money.decimals(store.shop().currency)))


def instant(value: int | str | None) -> int | None:
    """Milliseconds: an integer is that already, a text is a time of the contract."""
    return clock.parse_time(value) if isinstance(value, str) else value


def day(value: int | str | None) -> int | None:
    """A day since 1970: an integer is one already, a text is a date of the contract."""
    return clock.parse_date(value) if isinstance(value, str) else value


def fraction(value: int | Decimal | None) -> Decimal | None:
    """A ratio as the formatter takes it."""
    return None if value is None else Decimal(value)


def _of(name: str, read: Callable[[Any], Any] | None = None) -> Callable[..., Any]:
    def filter_(value: Any, *more: Any) -> Any:
        if isinstance(value, Undefined):
            return NONE
        return getattr(_formatter(), name)(read(value) if read else value, *more)

    filter_.__name__ = name
    return filter_


def rfc3339(value: int | str | None) -> str:
    """An instant for the `datetime` attribute of <time>; empty when unknown."""
    ms = instant(value)
    return "" if ms is None else clock.format_time(ms)


def plain_money(value: int | Decimal | None) -> str:
    """An amount as a form field holds it: "12.50" without a sign of currency; empty when unknown."""
    amount = minor(value)
    return "" if amount is None else money.json_number(amount, store.shop().currency)


def from_json(value: Any) -> Any:
    """What a JSON text says; anything else, and a text that is no JSON, as a list of itself."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return [value]
    return found if isinstance(found, list) else [found]


def money_sign() -> str:
    """The sign of the shop's currency: "£"."""
    shop = store.shop()
    return get_currency_symbol(shop.currency, shop.formatter.locale)


def moment(value: int | str | None) -> Markup:
    """A <time> that shows the clock time of an instant and says the whole of it when asked."""
    ms = instant(value)
    if ms is None:
        return Markup("—")
    said = _formatter()
    shape = Markup('<time datetime="{}" title="{}">{}</time>')
    return shape.format(clock.format_time(ms), said.datetime(ms), said.time(ms))


def bound(text: str) -> str:
    """A `from` or `to` of an address as people read it: a date, or a date and a time; what is neither stays as it is."""
    said = _formatter()
    try:
        return said.datetime(clock.parse_time(text)) if "T" in text else said.short_date(clock.parse_date(text))
    except clock.TimeError:
        return text


def signed(value: int | Decimal | None) -> str:
    """A number with its sign: "+13", "−4"."""
    return ("+" if value and value > 0 else "") + _formatter().number(value)


def judged(value: int | Decimal | None, good: int = 1) -> str:
    """The class of a change: gain, loss or flat; good is -1 where up is bad, 0 where neither is."""
    if not value or not good:
        return "flat"
    return "gain" if (value > 0) == (good > 0) else "loss"


FILTERS: dict[str, Callable[..., Any]] = {
    **{name: _of(name, minor) for name in ("money", "signed_money", "money_short", "money_parts")},
    **{name: _of(name) for name in ("number", "number_short", "plural", "age", "region")},
    **{name: _of(name, fraction) for name in ("ratio", "percent", "points")},
    **{name: _of(name, instant) for name in ("time", "datetime", "until")},
    **{name: _of(name, day) for name in ("date", "long_date", "short_date", "day_month", "weekday", "month")},
    "minor": minor, "instant": instant, "day": day, "rfc3339": rfc3339,
    "plain_money": plain_money, "moment": moment, "judged": judged, "signed": signed, "bound": bound, "from_json": from_json,
}  # fmt: skip


# ---- Addresses ----


def query(**names: Any) -> str:
    """The query of this page with names changed: None takes one away, a list repeats it; a cursor gives way to its filters."""
    args = g.get("under", request.args)
    kept = [(name, value) for name, value in args.items(multi=True) if name not in names and name != "cursor"]
    for name, value in names.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        kept += [(name, str(one)) for one in values if one is not None and one != ""]
    return "?" + urlencode(kept)


def path_with(address: str, **names: Any) -> str:
    """An address with further query names; None is left out."""
    parts = urlsplit(address)
    more = urlencode([(name, str(value)) for name, value in names.items() if value is not None])
    joined = "&".join(part for part in (parts.query, more) if part)
    return parts.path + (f"?{joined}" if joined else "")


def new_key() -> str:
    """A fresh Idempotency-Key for a form, so that a form sent twice counts once."""
    return secrets.token_urlsafe(18)


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates beside their sources, as Python keeps its modules; where nothing can be written there are none."""

    def dump_bytecode(self, bucket: Any) -> None:
        """Keep one."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled(app: Flask) -> _Compiled | None:
    folder = Path(app.root_path) / str(app.template_folder) / "__pycache__"
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return _Compiled(str(folder))
