"""Styles, scripts and the font under names that change with their content, so that browsers keep them for good.

The stylesheets become one file and the modules that every page needs become one module when the process starts:
a first view is one request each. The files themselves stay plain; nothing is built or installed.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask, Response, abort, request

from webapp.web import modules

STATIC = Path(__file__).resolve().parents[2] / "static"
FIRST = ("tokens", "base", "app", "parts", "forms")  # in this order, then the others by name
LAST = ("print",)
TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
    ".woff2": "font/woff2", ".png": "image/png", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip
_PACKED = {".css", ".js", ".svg", ".txt", ".webmanifest"}
_HASHED = re.compile(r"^(?P<stem>.+)\.[0-9a-f]{12}(?P<ext>\.\w+)$")


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    name: str
    body: bytes

    @cached_property
    def hash(self) -> str:
        """Twelve hex digits of the content."""
        return hashlib.sha256(self.body).hexdigest()[:12]

    @cached_property
    def url(self) -> str:
        """The address that changes with the content."""
        stem, ext = self.name.rsplit(".", 1)
        return f"/static/{stem}.{self.hash}.{ext}"

    @cached_property
    def suffix(self) -> str:
        """Its kind, as ".css"."""
        return "." + self.name.rsplit(".", 1)[1]

    @cached_property
    def packed(self) -> bytes | None:
        """The content in gzip, or None where that gains nothing."""
        return gzip.compress(self.body, 9, mtime=0) if self.suffix in _PACKED else None


class Assets:
    """Everything below a folder, read once. Missing parts are an error at the start, not on a screen."""

    def __init__(self, root: Path = STATIC) -> None:
        self.root = root
        self.files: dict[str, Asset] = {}
        for path in sorted(root.rglob("*")):
            if path.suffix in TYPES and path.suffix not in (".css", ".js"):
                self._add(path.relative_to(root).as_posix(), path.read_bytes())
        self._add("app.css", self._stylesheet().encode())
        for path in sorted(root.glob("vendor/*.js")):
            self._add(path.relative_to(root).as_posix(), path.read_bytes())
        for name, text in modules.bundle(root / "js", lambda module: self.url(f"js/{module}")):
            self._add(f"js/{name}", text.encode())

    def _add(self, name: str, body: bytes) -> None:
        self.files[name] = Asset(name, body)

    def url(self, name: str) -> str:
        """The address of a file by its plain name, such as "js/till.js". Raises KeyError for an unknown one."""
        return self.files[name].url

    def _stylesheet(self) -> str:
        names = {path.stem for path in (self.root / "css").glob("*.css")}
        middle = sorted(names - set(FIRST) - set(LAST))
        order = [name for name in (*FIRST, *middle, *LAST) if name in names]
        text = "\n".join((self.root / "css" / f"{name}.css").read_text() for name in order)
        return self._with_addresses(lighten(text))

    def _with_addresses(self, text: str) -> str:
        return re.sub(r'url\("\.\./([^"]+)"\)', lambda found: f'url("{self.url(found[1])}")', text)


def lighten(css: str) -> str:
    """The same stylesheet without comments and needless white space; strings stay as they are."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    return "".join(part if index % 2 else _squeeze(part) for index, part in enumerate(parts)).strip()


def _squeeze(css: str) -> str:
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,])\s*", r"\1", css)
    return re.sub(r"(?<=[\w)-]):\s(?=[^{}]*[;}])", ":", css.replace(";}", "}"))


class _Kept:
    assets: Assets | None = None


def all_assets() -> Assets:
    """The assets of this process, read at the first call."""
    if _Kept.assets is None:
        _Kept.assets = Assets()
    return _Kept.assets


def asset(name: str) -> str:
    """The address of "app.css", "js/app.js", "js/till.js", "vendor/htmx.min.js", "font/archivo-takings.woff2"."""
    return all_assets().url(name)


def register(app: Flask) -> None:
    """`/static/...` answers from memory. The app is made with static_folder=None, so that nothing else does."""
    all_assets()
    app.add_url_rule("/static/<path:name>", "assets", serve, methods=["GET"])


def serve(name: str) -> Response:
    """The file: for good under its present hash; under its plain or an older name checked each time."""
    found = _HASHED.match(name)
    wanted = found["stem"] + found["ext"] if found else name
    one = all_assets().files.get(wanted)
    if one is None:
        abort(404)
    packed = one.packed if "gzip" in request.headers.get("Accept-Encoding", "") else None
    answer = Response(packed or one.body, content_type=TYPES[one.suffix])
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    if one.packed:
        answer.headers["Vary"] = "Accept-Encoding"
    exact = one.url == f"/static/{name}"
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if exact else "no-cache"
    answer.set_etag(f"{one.hash}-gz" if packed else one.hash)
    answer.make_conditional(request)
    return answer
