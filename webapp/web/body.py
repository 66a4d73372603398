"""The body of a request: its size, its kind, its JSON or form, its uploads, and its Idempotency-Key."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any, TypeVar

from flask import g, request
from msgspec import Struct
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.clock import Zone
from webapp.db.writer import Key
from webapp.errors import FieldError, Invalid, Malformed, Problem, TooLarge, TooSlow, Unsupported
from webapp.web import forms, here, jsonio, room, validate
from webapp.web.forms import MULTIPART, URLENCODED, Form
from webapp.web.waits import Wait

MIB = 1 << 20
BODY, BATCH, UPLOAD = MIB, 16 * MIB, 256 * MIB
BATCH_ITEMS = 10_000
TOGETHER = 256  # items of a batch
BODY_S, UPLOAD_S = 30.0, 600.0
Model = TypeVar("Model", bound=BaseModel)
_AMOUNTS = frozenset({"price", "discount", "cost"})
_AMOUNT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
_AMOUNT_AS_TEXT = tuple(f'"{name}":"'.encode() for name in sorted(_AMOUNTS))
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass
class Body:
    """What was sent. `data` is the JSON value, or that of a form, for the same models (`form` is set then)."""

    data: Any
    form: Form | None = None
    files: dict[str, FileStorage] | None = None

    def model(self, model: type[Model], *, currency: str, now_ms: int, zone: Zone | None = None) -> Model:
        """The checked model. Raises Invalid with all errors at once."""
        return validate.validate(
            model, self.data, currency=currency, now_ms=now_ms, zone=zone, form=self.form is not None
        )  # fmt: skip

    def key(self, content: Any, asker: str = "", status: int = 201) -> Key | None:
        """The writer's key if an Idempotency-Key was sent, else None. content: the checked model, or a JSON value.

        Raises Invalid: not 1 to 255 visible ASCII characters.
        """
        return key(content, asker, status, self.form)


# ---- Reading ----


def read(limit: int = BODY, optional: bool = False) -> Body:
    """The body of JSON or of a form. optional: nothing at all is {}.

    Raises TooLarge (limit in bytes), Unsupported (another kind, charset or coding), Malformed (no JSON, cut off).
    """
    kind = _kind(here.environ().get("CONTENT_TYPE", ""))
    if kind == "json":
        return Body(jsonio.loads(read_bytes(limit)))
    if kind == "form":
        return _read_form(limit)
    if kind == "multipart":
        return _read_multipart(limit)
    if optional and not read_bytes(limit):
        return Body({})
    raise Unsupported("Send application/json, or a form.")


def read_batch(plain: jsonio.Plain | None = None) -> list[Any]:
    """The items of `application/x-ndjson` or a JSON array, each a JSON value or the Malformed of its line.

    plain: reads those lines that it can into structs.

    Raises TooLarge over 16 MiB or 10,000 items; Malformed, Unsupported as `read`; Invalid where no list was sent.
    """
    kind = _kind(here.environ().get("CONTENT_TYPE", ""))
    if kind not in ("json", "ndjson"):
        raise Unsupported("Send application/x-ndjson, or a JSON array as application/json.")
    sent = read_bytes(BATCH)
    if kind == "json":
        items: list[Any] = jsonio.loads(sent)
        if not isinstance(items, list):
            raise Invalid("", FieldError("", "unknown", "This must be a list."))
        _check_count(len(items))
    else:
        items = []
        for some in jsonio.lines(sent, plain):
            items += some
            _check_count(len(items))
            _breathe()
    return items


def _breathe() -> None:
    """Let others be answered between the many items of a batch: under gevent sleeping means that."""
    time.sleep(0)


def by_turns(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The items, a few hundred at a time; others are answered in between."""
    for start in range(0, len(items), TOGETHER):
        yield items[start : start + TOGETHER]
        _breathe()


def _check_count(count: int) -> None:
    if count > BATCH_ITEMS:
        raise TooLarge(f"A batch has at most {BATCH_ITEMS:,} items.")


def read_bytes(limit: int) -> bytes:
    """The bytes of the body. Raises TooLarge, and Malformed where it was cut off."""
    environ = here.environ()
    said = environ.get("CONTENT_LENGTH") or ""
    if "HTTP_CONTENT_ENCODING" in environ and environ["HTTP_CONTENT_ENCODING"].lower() != "identity":
        raise Unsupported("The body may not be compressed.")
    if not said:
        return _read_chunked(limit) if environ.get("wsgi.input_terminated") else b""
    if not said.isascii() or not said.isdigit():
        raise Malformed("The Content-Length is no number.")
    if len(said) > 15 or int(said) > limit:
        raise _too_large(limit)
    room.take(int(said))
    source = environ["wsgi.input"]
    if type(source) is BytesIO:  # it came with its head: there is nothing to wait for
        sent: bytes = source.read(int(said))
    else:
        with within(BODY_S if limit <= BATCH else UPLOAD_S):
            sent = source.read(int(said))
    if len(sent) != int(said):
        raise Malformed("The body was cut off.")
    return sent


def _read_chunked(limit: int) -> bytes:
    pieces, size, roomy = [], 0, 0
    with within(BODY_S if limit <= BATCH else UPLOAD_S):
        while piece := here.environ()["wsgi.input"].read(65_536):
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            if size - roomy > MIB:
                room.take(size - roomy)
                roomy = size
            pieces.append(piece)
    return b"".join(pieces)


def within(seconds: float) -> Wait:
    """Whoever sends so slowly that the body takes longer is answered 408; other requests do not wait meanwhile."""
    return Wait(seconds, _TOO_SLOW[seconds])


def _slow(seconds: float) -> Callable[[], TooSlow]:
    return lambda: TooSlow(f"The body did not come within {seconds:g} seconds.")


_TOO_SLOW = {seconds: _slow(seconds) for seconds in (BODY_S, UPLOAD_S)}


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"This may be at most {limit // MIB} MiB.")


_KINDS = {
    "application/json": "json", "application/x-ndjson": "ndjson", "application/ndjson": "ndjson",
    "application/jsonl": "ndjson", URLENCODED: "form", MULTIPART: "multipart",
}  # fmt: skip


def _kind(content_type: str) -> str:
    known = _KINDS.get(content_type)
    if known is not None:
        return known
    name, _, rest = content_type.partition(";")
    name = name.strip().lower()
    found = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", rest, re.IGNORECASE)
    if found and found[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Unsupported("Only UTF-8 is read.")
    if name.startswith("application/") and name.endswith("+json"):
        return "json"
    return _KINDS.get(name, "")


# ---- Forms and uploads ----


def _read_form(limit: int) -> Body:
    sent = read_bytes(limit)
    if sent.lstrip()[:1] in (b"{", b"["):
        raise Unsupported("This looks like JSON: send it with the header Content-Type: application/json.")
    return _kept(forms.urlencoded(sent, patch=request.method == "PATCH"), None)


def _read_multipart(limit: int) -> Body:
    _limit_upload(limit)
    try:
        with within(BODY_S if limit <= BATCH else UPLOAD_S):
            pairs = [(name, text) for name, texts in request.form.lists() for text in texts]
            files = {name: file for name, file in request.files.items() if file.filename}
    except RequestEntityTooLarge:
        raise _too_large(limit) from None
    return _kept(forms.from_pairs(pairs, patch=request.method == "PATCH"), files)


def _limit_upload(limit: int) -> None:
    request.max_content_length = limit
    request.max_form_memory_size = min(limit, BODY)
    request.max_form_parts = forms.MOST_FIELDS
    said = here.environ().get("CONTENT_LENGTH") or ""
    if said.isdigit() and int(said[:16]) > limit:
        raise _too_large(limit)


def _kept(form: Form, files: dict[str, FileStorage] | None) -> Body:
    failure = forms.failure()
    if failure is not None:
        failure.form = form
    g.form_sent, g.files_sent = form, bool(files)
    return Body(form.data, form, files)


def upload(name: str = "file") -> tuple[FileStorage, Form]:
    """The uploaded file, spooled to disk beyond half a megabyte, and the other fields. At most 256 MiB are read.

    Raises TooLarge, Unsupported where no multipart form was sent, Invalid (missing) without the file.
    """
    if _kind(here.environ().get("CONTENT_TYPE", "")) != "multipart":
        raise Unsupported(f"Send multipart/form-data with the file as {name!r}.")
    body = _read_multipart(UPLOAD)
    assert body.files is not None and body.form is not None
    if name not in body.files:
        g.files_sent = True  # it should have been: a program that forgot its file is answered as one
        raise Invalid("", FieldError(f"/{name}", "missing", "Choose a file."))
    return body.files[name], body.form


# ---- The key ----


def key(content: Any, asker: str = "", status: int = 201, form: Form | None = None) -> Key | None:
    """The writer's key of this request, or None where none was sent; see `Body.key`."""
    environ = here.environ()
    sent = environ.get("HTTP_IDEMPOTENCY_KEY")
    typed = form.typed.get("idempotency_key", []) if form is not None else []
    if sent is None:
        if not typed or not typed[-1]:
            return None
        sent = typed[-1]
    if not _KEY.fullmatch(sent):
        code = "too_long" if len(sent) > 255 else "not_text" if sent else "missing"
        error = FieldError(None, code, "A key has 1 to 255 visible ASCII characters.", parameter="Idempotency-Key")
        raise Invalid("", error)
    where = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    return Key(asker, sent, where, digest(where, environ["QUERY_STRING"], content), status)


def digest(where: str, query: str, content: Any) -> bytes:
    """What tells one request from another: method, path, query and content, whatever its spaces, order and decimals."""
    asked = f"{where}\n{query}\n".encode("utf-8", "surrogatepass")
    if not isinstance(content, (list, tuple)):
        return hashlib.sha256(b"%b%b\n" % (asked, canonical(content))).digest()
    found = hashlib.sha256(asked)
    for some in by_turns(content):
        found.update(canonical(some) + b"\n")
    return found.digest()


def canonical(value: Any) -> bytes:
    """The same bytes for the same content: a model by what was set, a JSON value whatever its order and decimals."""
    if isinstance(value, BaseModel):
        said: bytes = value.__pydantic_serializer__.to_json(value, exclude_unset=True, warnings=False)
        return said
    if isinstance(value, list):
        value = [{"!": one.detail} if isinstance(one, Malformed) else one for one in value]
    said = jsonio.canonical(value)
    return jsonio.canonical(_with_numbers(value)) if any(mark in said for mark in _AMOUNT_AS_TEXT) else said


def _with_numbers(value: Any) -> Any:
    """The value with amounts as numbers where they were sent as texts."""
    if isinstance(value, list):
        return [_with_numbers(inner) for inner in value]
    if isinstance(value, Struct):
        value = jsonio.of_struct(value)
    if not isinstance(value, dict):
        return value
    return {
        name: Decimal(inner)
        if name in _AMOUNTS and isinstance(inner, str) and _AMOUNT.fullmatch(inner)
        else _with_numbers(inner)
        if isinstance(inner, (list, dict))
        else inner
        for name, inner in value.items()
    }


def items(
    models: Sequence[Any], check: Callable[[Any], Any], fit: Callable[[Sequence[Any]], bool] | None = None
) -> list[Any]:
    """Each item checked: what `check` makes of a value, or the problem that it raised; a Malformed stays as it is.

    fit: whether some of them are fit to be taken as they are.
    """
    found: list[Any] = []
    for some in by_turns(models):
        if fit is not None and fit(some):
            found += some
            continue
        for item in some:
            value = jsonio.of_struct(item) if isinstance(item, Struct) else item
            try:
                found.append(value if isinstance(value, Malformed) else check(value))
            except Problem as problem:
                found.append(problem)
    return found
