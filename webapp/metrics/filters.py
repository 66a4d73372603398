"""Which sales are meant: values of one name are joined by OR, names by AND, matched against what the line kept.

An empty value is no filter, as a form sends it for "all"; `none` means the sales that have no such thing, and `=` before
a category or a region means that very one, without what lies below it: what a row of an answer holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from webapp.errors import FieldError, Invalid
from webapp.metrics import dao

NAMES = ("channel", "location", "region", "category", "brand", "vendor", "product", "price_tier", "weekday", "hour")
PRODUCT_NAMES = ("category", "brand", "vendor", "product", "price_tier")
NONE, VERY = "none", "="
_WITHOUT = ("location", "region", "category", "brand", "vendor", "price_tier")


@dataclass(frozen=True)
class Filters:
    """Resolved filters: ids (0 stands for none), region codes ('' for none), weekdays 1 to 7, hours 0 to 23.

    category: a negative id is that very category. categories: `category` with all that lies below it.
    """

    channel: tuple[int, ...] = ()
    location: tuple[int, ...] = ()
    region: tuple[str, ...] = ()
    category: tuple[int, ...] = ()
    brand: tuple[int, ...] = ()
    vendor: tuple[int, ...] = ()
    product: tuple[int, ...] = ()
    price_tier: tuple[int, ...] = ()
    weekday: tuple[int, ...] = ()
    hour: tuple[int, ...] = ()
    categories: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    @property
    def given(self) -> dict[str, tuple[Any, ...]]:
        """The filters that have a value, by name."""
        return {name: getattr(self, name) for name in NAMES if getattr(self, name)}

    @property
    def of_products(self) -> tuple[str, ...]:
        """The names of the filters that look at the lines of an order."""
        return tuple(name for name in PRODUCT_NAMES if getattr(self, name))

    def query(self) -> list[tuple[str, str]]:
        """The filters as canonical query parameters, from which `resolve` makes the same ones."""
        return [(name, text(name, value)) for name, values in self.given.items() for value in values]


ALL = Filters()


def text(name: str, value: Any) -> str:
    """A resolved value as a query has it."""
    if name == "category" and value < 0:
        return f"{VERY}{-value}"
    return str(value or NONE) if name in _WITHOUT else str(value)


def only(name: str, key: Any) -> str:
    """The query value that means exactly the row of an answer with this key."""
    return f"{VERY}{key}" if name in ("category", "region") and key else text(name, key)


def resolve(tx: dao.Executes, args: Mapping[str, Any]) -> Filters:
    """The filters that a request's parameters ask for; other parameters are left alone.

    Digits alone are an id, anything else a code (channel, location), a SKU (product, also as `sku:22423`), a path or
    name (category) or a name. Raises Invalid with every unknown value, code `unknown`, `parameter` its name.
    """
    found: dict[str, tuple[Any, ...]] = {}
    errors: list[FieldError] = []
    for name in NAMES:
        values: dict[Any, None] = {}
        for text in _texts(args, name):
            known = _find(tx, name, text)
            if not known:
                errors.append(FieldError(None, "unknown", f"There is no {name} {text!r}.", parameter=name))
            values.update(dict.fromkeys(known))
        found[name] = tuple(sorted(values))
    if errors:
        raise Invalid("", *errors) if len(errors) == 1 else Invalid("Some filters are unknown.", *errors)
    return _with_tree(tx, found)


def of(tx: dao.Executes, **values: Any) -> Filters:
    """Filters from values or lists of values: of(tx, channel="online", weekday=[6, 7])."""
    return resolve(tx, {name: value if isinstance(value, list) else [value] for name, value in values.items()})


def _with_tree(tx: dao.Executes, found: dict[str, tuple[Any, ...]]) -> Filters:
    wanted = found["category"]
    if not wanted:
        return Filters(**found)
    paths = dao.category_lines(tx)
    top = tuple(one for one in wanted if not any(above in wanted for above in paths.get(abs(one), ())[1:]))
    top = tuple(one for one in top if -one not in top or one >= 0)
    below = {one for one, line in paths.items() if any(above in top for above in line)}
    return Filters(**{**found, "category": top}, categories=tuple(sorted(below | {abs(one) for one in top})))


def _texts(args: Mapping[str, Any], name: str) -> list[str]:
    if hasattr(args, "getlist"):
        values: Sequence[Any] = args.getlist(name)
    else:
        value = args.get(name, [])
        values = value if isinstance(value, list | tuple) else [value]
    return [str(value) for value in values if value not in (None, "")]


def _find(tx: dao.Executes, name: str, text: str) -> list[Any]:
    digits = text.isascii() and text.isdigit()
    if name in ("weekday", "hour"):
        low, high = (1, 7) if name == "weekday" else (0, 23)
        return [int(text)] if digits and len(text) <= 2 and low <= int(text) <= high else []
    known: list[Any]
    very = text.startswith(VERY) and name in ("category", "region")
    if name == "region":
        known = [text] if dao.region_known(tx, text.removeprefix(VERY) if very else text) else []
    elif very:
        return [-one for one in _find(tx, name, text.removeprefix(VERY))]
    elif digits:
        return dao.find_by_id(tx, name, int(text)) if len(text) < 19 else []
    else:
        known = dao.find_by_name(tx, name, text.removeprefix("sku:") if name == "product" else text)
    if not known and text == NONE and name in _WITHOUT:
        return ["" if name == "region" else 0]
    return known
