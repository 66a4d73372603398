"""Forms to the JSON-like dict that the models validate, and back to the page with what was typed.

A field's name is the JSON pointer, with dashes or slashes: `quantity`, `lines-0-product_id`, `customer/email`. A name
that ends in `[]` is a list of texts (`tags[]`). Of a name that is sent twice the last value counts, so that a hidden
`false` can stand before a checkbox. Texts lose the white space at their ends; an empty one is a member left out, and
null in a PATCH. `_method` and `idempotency_key` stand for the method and the header.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from flask import g, has_request_context
from werkzeug.formparser import parse_form_data

from webapp.errors import FieldError, Invalid, Malformed
from webapp.web import here
from webapp.web.waits import Wait

METHODS = frozenset({"PATCH", "PUT", "DELETE"})
HIDDEN = frozenset({"_method", "idempotency_key"})
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MOST_FIELDS, MOST_ROWS, MOST_DEPTH = 20_000, 1001, 8
_BODY = 1 << 20
FORM_S = 30.0


@dataclass
class Form:
    """A form as the models read it: `data`; `typed` are the texts by field name; `names` has the field of a pointer."""

    data: dict[str, Any]
    typed: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def name_of(self, pointer: str) -> str:
        """The field that a pointer of `data` came from, or would have."""
        above, _, last = pointer.rpartition("/")
        if pointer in self.names or not above:
            return self.names.get(pointer) or pointer.lstrip("/")
        return f"{self.name_of(above)}-{last}"

    def keep_rows(self, name: str, wanted: Callable[[dict[str, Any]], bool]) -> None:
        """Rows of a list that are not wanted are gone; the pointers of the others lead to the fields they came from."""
        rows = self.data.get(name)
        if not isinstance(rows, list):
            return
        kept = [number for number, row in enumerate(rows) if not isinstance(row, dict) or wanted(row)]
        moved = {f"/{name}/{old}": f"/{name}/{new}" for new, old in enumerate(kept)}
        self.data[name] = [rows[number] for number in kept]
        names = {}
        for pointer, field_name in self.names.items():
            row = "/".join(pointer.split("/")[:3])
            if row in moved or not pointer.startswith(f"/{name}/"):
                names[moved.get(row, row) + pointer[len(row) :]] = field_name
        self.names = names

    def errors_by_name(self, errors: Iterable[FieldError]) -> dict[str, str]:
        """The first sentence for each field at fault; "" holds those of no field."""
        found: dict[str, str] = {}
        for error in errors:
            found.setdefault(self.name_of(error.pointer or ""), error.detail)
        return found


def from_pairs(pairs: Iterable[tuple[str, str]], patch: bool = False) -> Form:
    """The form of names and texts in the order sent. patch: an empty text is null.

    Raises Invalid for names that contradict each other (`a` and `a-b`) or rows past the thousandth.
    """
    form = Form({})
    for name, text in pairs:
        form.typed.setdefault(name, []).append(text)
    if len(form.typed) > MOST_FIELDS:
        raise Invalid("A form has too many fields.")
    tree: dict[str, Any] = {}
    for name, texts in form.typed.items():
        if name not in HIDDEN:
            _plant(tree, name, texts, patch)
    form.data = _grown(tree, "", "", form.names)
    return form


class _Leaf(list[Any]):
    """A value in the tree of names."""


def _plant(tree: dict[str, Any], name: str, texts: list[str], patch: bool) -> None:
    kept = [text.strip() for text in texts]
    if name.endswith("[]"):
        value: Any = [text for text in kept if text]
    elif kept[-1]:
        value = kept[-1]
    elif patch:
        value = None
    else:
        return
    parts = name.removesuffix("[]").replace("/", "-").split("-")
    here = tree
    for part in parts[:MOST_DEPTH][:-1]:
        here = here.setdefault(part, {})
        if isinstance(here, _Leaf):
            raise _clash(name)
    if len(parts) > MOST_DEPTH or parts[-1] in here:
        raise _clash(name)
    here[parts[-1]] = _Leaf([value, name])


def _clash(name: str) -> Invalid:
    pointer = "/" + name[:200].replace("-", "/").removeprefix("/")
    return Invalid("", FieldError(pointer, "unknown_field", "There is no such field."))


def _grown(tree: dict[str, Any], at: str, name: str, names: dict[str, str]) -> Any:
    rows = bool(name) and all(part.isascii() and part.isdigit() and len(part) < 5 for part in tree)
    if rows and len(tree) > MOST_ROWS:
        raise Invalid("", FieldError(at, "too_large", f"At most {MOST_ROWS - 1:,} can be given."))
    parts = sorted(tree, key=int) if rows else list(tree)
    found = []
    for number, part in enumerate(parts):
        below, inner = f"{at}/{number if rows else part}", f"{name}-{part}" if name else part
        branch = tree[part]
        names[below] = branch[1] if isinstance(branch, _Leaf) else inner
        found.append(branch[0] if isinstance(branch, _Leaf) else _grown(branch, below, inner, names))
    return found if rows else dict(zip(parts, found, strict=True))


# ---- Off the wire ----


def urlencoded(body: bytes, patch: bool = False) -> Form:
    """The form of an urlencoded body. Raises Malformed: not UTF-8, too many fields."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS,
        )  # fmt: skip
    except ValueError:
        raise Malformed("The form is not UTF-8, or has too many fields.") from None
    return from_pairs(pairs, patch)


class MethodOverride:
    """WSGI: a POST of a form with `_method` PATCH, PUT or DELETE is routed as that method.

    Only small forms are looked into; the body is put back as it was.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            kind = environ.get("CONTENT_TYPE", "")
            if kind.startswith(("application/x-www", "multipart/")):
                self._override(environ, kind)
        return self.app(environ, start_response)

    def _override(self, environ: dict[str, Any], kind: str) -> None:
        size = environ.get("CONTENT_LENGTH") or ""
        if not size.isdigit() or len(size) > 9 or int(size) > _BODY:
            return
        body = _within_time(environ["wsgi.input"], int(size))
        environ["wsgi.input"] = BytesIO(body)
        if b"_method" not in body:
            return
        if kind.startswith(URLENCODED):
            said = [value for name, value in parse_qsl(body.decode("utf-8", "replace")) if name == "_method"]
        else:
            said = parse_form_data({**environ, "wsgi.input": BytesIO(body)}, silent=True)[1].getlist("_method")
        method = said[-1].strip().upper() if said else ""
        if method in METHODS:
            environ["REQUEST_METHOD"] = method


def _within_time(source: Any, size: int) -> bytes:
    """The body of a form; of one that does not come in time nothing, which is then one that was cut off."""
    try:
        with Wait(FORM_S, _Late):
            return bytes(source.read(size))
    except _Late:
        return b""


class _Late(BaseException):
    """A form has been waited for long enough."""


# ---- The page of a form that failed ----


@dataclass
class Failure:
    """What the page of a refused form needs: the template, its own context, and what was sent."""

    template: str
    context: Callable[[], Mapping[str, Any]] | Mapping[str, Any]
    form: Form | None = None


def on_failure(template: str, context: Callable[[], Mapping[str, Any]] | Mapping[str, Any] = {}) -> None:  # noqa: B006
    """From here on a refusal of this request, if a form sent it, is answered by this page with status 422.

    The template gets the context, `typed` (a function: the text of a field, or a default), `typed_all` (texts by name),
    `errors` (the sentence for a field, by its name; "" for the whole) and `problem`. Call it before the body is read.
    """
    if is_form():
        g.form_failure = Failure(template, context)


def failure() -> Failure | None:
    """What `on_failure` said for this request."""
    return g.get("form_failure") if has_request_context() else None


def is_form() -> bool:
    """Whether the request carries a form."""
    return bool(kind_of(here.environ().get("CONTENT_TYPE", "")))


@lru_cache(maxsize=64)
def kind_of(content_type: str) -> str:
    """URLENCODED or MULTIPART where a Content-Type is that of a form, else an empty text."""
    name = content_type.partition(";")[0].strip().lower()
    return name if name in (URLENCODED, MULTIPART) else ""
