"""Which face of an address is asked for: html, json, csv or xlsx, by `?format=` or the best match of Accept."""

from functools import lru_cache

from flask import g, request

from webapp.errors import invalid_parameter
from webapp.web import forms, here

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet is answered to who asks for it by name: no "*/*" and no "application/*" means one.
TYPES = {
    "html": ("text/html", "text/*"), "json": ("application/json", "application/*"), "csv": ("text/csv", "text/*"),
    "xlsx": (XLSX, ""),
}  # fmt: skip
FACES = ("json", "html", "csv", "xlsx")
_LONGEST = 1000


def face(*offered: str) -> str:
    """The face to answer with, one of those offered: `?format=`, else the best match; a tie or nothing said is JSON.

    An address without JSON answers with the first that it offers. Raises Invalid for a `format` that is not offered.
    """
    environ = here.environ()
    if "format=" in environ["QUERY_STRING"]:
        asked = request.args.get("format")
        if asked is not None:
            if asked not in offered:
                raise invalid_parameter("format", "unknown", f"This address has {', '.join(sorted(offered))}.")
            return asked
    return match(environ.get("HTTP_ACCEPT", ""), offered)[0]


def error_face() -> str:
    """`html` or `json` for a refusal: whoever asks for CSV gets a problem in JSON."""
    environ = here.environ()
    if "format=" in environ["QUERY_STRING"]:
        asked = request.args.get("format")
        if asked in FACES:
            return "html" if asked == "html" else "json"
    return match(environ.get("HTTP_ACCEPT", ""), ("json", "html"))[0]


def wants_page() -> bool:
    """Whether a form was sent that is answered by pages: a redirect when it was taken, itself again when it was not.

    A form is, unless JSON is asked for by name; programs upload files as multipart, so that one with files is a page's
    only when HTML is the best match.
    """
    environ = here.environ()
    kind = environ.get("CONTENT_TYPE", "")
    if kind == "application/json" or not forms.kind_of(kind):
        return False
    uploads = forms.kind_of(kind) == forms.MULTIPART and g.get("files_sent", True)
    if uploads or "format=" in environ["QUERY_STRING"]:
        return error_face() == "html"
    found, exactly = match(environ.get("HTTP_ACCEPT", ""), ("json", "html"))
    return found == "html" or not exactly


def match(accept: str, offered: tuple[str, ...]) -> tuple[str, bool]:
    """The face that an Accept header likes best, and whether it names its type exactly."""
    return _match(accept, offered) if len(accept) < _LONGEST else _match.__wrapped__(accept, offered)


@lru_cache(maxsize=1024)
def _match(accept: str, offered: tuple[str, ...]) -> tuple[str, bool]:
    ranges = _ranges(accept)
    liked = {name: _liking(name, ranges) for name in offered}
    top = max(quality for quality, _ in liked.values())
    best = [name for name in offered if liked[name][0] == top]
    fallback = "json" if "json" in offered else offered[0]
    chosen = best[0] if top > 0 and len(best) == 1 else fallback
    return chosen, liked[chosen] == (top, True) and top > 0


def _liking(name: str, ranges: dict[str, float]) -> tuple[float, bool]:
    exact, family = TYPES[name]
    if exact in ranges:
        return ranges[exact], True
    return (ranges.get(family, ranges.get("*/*", 0.0)) if family else 0.0), False


def _ranges(header: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            found[name] = max(found.get(name, 0.0), _quality(parameters))
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter[2:])
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0


@lru_cache(maxsize=256)
def _codings(header: str) -> bool:
    ranges = _ranges(header)
    return ranges.get("gzip", ranges.get("x-gzip", ranges.get("*", 0.0))) > 0


def takes_gzip() -> bool:
    """Whether the answer may be compressed."""
    header = here.environ().get("HTTP_ACCEPT_ENCODING", "")
    return ("gzip" in header and len(header) < _LONGEST and _codings(header)) or header == "*"


def is_partial() -> bool:
    """Whether the fragment alone is asked for."""
    return bool(here.environ().get("HTTP_HX_REQUEST_TYPE") == "partial")
