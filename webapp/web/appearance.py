"""How one screen looks and listens: light or dark, single-letter keys; kept in a cookie so that nothing flashes."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, has_request_context, redirect, request

THEMES = ("system", "light", "dark")
COOKIE = "appearance"
_YEAR_S = 31_536_000


@dataclass(frozen=True)
class Appearance:
    """theme: "system", "light" or "dark". keys: whether single letters are shortcuts (WCAG 2.1.4)."""

    theme: str = "system"
    keys: bool = True

    def as_text(self) -> str:
        """The cookie's value, and a part of the key under which a rendered page may be kept."""
        return f"{self.theme}.{'keys' if self.keys else 'nokeys'}"


def read() -> Appearance:
    """What this screen chose; the default where it chose nothing, or nonsense."""
    if not has_request_context():
        return Appearance()
    theme, _, keys = request.cookies.get(COOKIE, "").partition(".")
    return Appearance(theme if theme in THEMES else "system", keys != "nokeys")


def register(app: Flask) -> None:
    """`POST /appearance` keeps the choice and goes back to the page it came from."""
    app.add_url_rule("/appearance", "appearance", choose, methods=["POST"])


def choose() -> Response:
    """Keep `theme` and `keys` as sent; what is not sent, or is no choice, stays as it was."""
    chosen = read()
    theme = request.form.get("theme", chosen.theme)
    keys = {"on": True, "off": False}.get(request.form.get("keys", ""), chosen.keys)
    kept = Appearance(theme if theme in THEMES else chosen.theme, keys)
    answer = redirect(_local(request.form.get("back", "/")), 303)
    assert isinstance(answer, Response)
    answer.set_cookie(COOKIE, kept.as_text(), max_age=_YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def _local(address: str) -> str:
    """An address of this site, without host, or "/"."""
    parts = urlsplit(address.replace("\\", "/"))
    safe = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return (parts.path + (f"?{parts.query}" if parts.query else "")) if safe else "/"
