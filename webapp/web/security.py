"""The gate before the app: who is answered, under which name, from which page; and the headers of every answer.

It stands outside the framework because it costs least there, and so that nothing is answered without it: pages, JSON,
the socket's handshake, what no route takes. Source of the cross-site rule: Go's CrossOriginProtection (net/http).
"""

import ipaddress
import itertools
import os
import re
import time
from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import urlsplit

from webapp import counters
from webapp.config import checks
from webapp.web import jsonio, negotiate
from webapp.web.logs import Access

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; "
    "object-src 'none'"
)
HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?")
_PORTS = {"http": "80", "https": "443"}
_REMEMBERED = 4096


class _Ids:
    """Request ids that no two processes share: a random beginning for each, then a number."""

    def __init__(self) -> None:
        self.fresh()
        os.register_at_fork(after_in_child=self.fresh)

    def fresh(self) -> None:
        self._head = os.urandom(6).hex()
        self._count = itertools.count(1)

    def next(self) -> str:
        return f"{self._head}-{next(self._count):x}"


class Gate:
    """WSGI: lets through what may be answered, marks it with its id and scheme, and adds the headers.

    settings: mode, host, public_url, trusted_proxies. A route that needs another policy sets environ["takings.csp"].
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], settings: Any) -> None:
        self.app = app
        public = urlsplit(getattr(settings, "public_url", None) or "")
        self._public = public if public.hostname else None
        host = getattr(settings, "host", None) or "localhost"
        self._names = _LOCAL_NAMES | {checks.called(host).lower()}
        proxies = getattr(settings, "trusted_proxies", None) or ()
        self._proxies = [ipaddress.ip_network(one, strict=False) for one in proxies]
        self._demo = getattr(settings, "mode", "production") == "demo"
        self._peers: dict[str, str] = {}
        self._hosts: dict[str, bool] = {}
        self._ids = _Ids()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began = time.perf_counter()
        sent = environ.get("HTTP_X_REQUEST_ID")
        request_id = sent if sent is not None and _ID.fullmatch(sent) else self._ids.next()
        environ["takings.request_id"] = request_id
        said = ["500"]

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said[0] = status
            headers += HEADERS
            headers.append(("Content-Security-Policy", environ.get("takings.csp") or CSP))
            headers.append(("X-Request-Id", request_id))
            if environ["wsgi.url_scheme"] == "https":
                headers.append(HSTS)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        refusal = self.refusal(environ)
        if refusal:
            counters.REFUSALS.add(1, refusal[1])
        result = refused(environ, start, *refusal) if refusal else self.app(environ, start)
        counters.request(environ, said[0], time.perf_counter() - began)
        if Access.handler is not None:
            Access.say(environ, said[0], began, request_id)
        return result

    def refusal(self, environ: dict[str, Any]) -> tuple[int, str, str] | None:
        """Why a request is not answered: status, code and sentence; None when it is."""
        peer = environ.get("REMOTE_ADDR") or ""
        kind = self._peers.get(peer) or self._look_at_peer(peer)
        if kind == "stranger":
            return 403, "forbidden", self._why(peer)
        if kind == "proxy":
            _forwarded(environ)
        host = environ.get("HTTP_HOST") or ""
        known = self._hosts.get(host)
        if not (self._look_at_host(host) if known is None else known):
            return 400, "host", "The Host header names no address of this shop."
        if environ["REQUEST_METHOD"] not in _SAFE or "HTTP_UPGRADE" in environ:
            return self._foreign(environ, host)
        return None

    # ---- Who ----

    def _look_at_peer(self, peer: str) -> str:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0]) if peer else None
        except ValueError:
            return "stranger"
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if address is not None and not self._demo and any(address in network for network in self._proxies):
            kind = "proxy"
        elif address is None or address.is_loopback:  # a Unix socket has no address
            kind = "local"
        else:
            kind = "stranger"
        if len(self._peers) < _REMEMBERED:
            self._peers[peer] = kind
        return kind

    def _why(self, peer: str) -> str:
        if self._demo:
            return f"The demo shop answers this machine alone, and you come from {peer}."
        return (
            f"Until there is sign-in, this shop answers its own machine alone, and you come from {peer}. "
            "Put a proxy that guards the door in front of it and name it in TAKINGS_TRUSTED_PROXIES."
        )

    # ---- Under which name ----

    def _look_at_host(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        good = bool(match) and self._is_ours(match[1].lower().rstrip("."))  # type: ignore[index]
        if len(self._hosts) < _REMEMBERED:
            self._hosts[host] = good
        return good

    def _is_ours(self, name: str) -> bool:
        if name in self._names:
            return True
        return self._public is not None and name.strip("[]") == self._public.hostname

    # ---- From which page ----

    def _foreign(self, environ: dict[str, Any], host: str) -> tuple[int, str, str] | None:
        site = environ.get("HTTP_SEC_FETCH_SITE")
        if site in _OWN_SITE and "HTTP_UPGRADE" not in environ:
            return None
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:
            # Programs send neither; a page of another site cannot leave out both.
            return None if site is None or site in _OWN_SITE else _CROSS
        return None if self._is_own(origin, host, environ) else _CROSS

    def _is_own(self, origin: str, host: str, environ: dict[str, Any]) -> bool:
        try:
            parts = urlsplit(origin)
            port = str(parts.port or _PORTS.get(parts.scheme, ""))
        except ValueError:
            return False
        if parts.scheme not in _PORTS or not parts.hostname:
            return False
        if self._public is not None and parts.hostname == self._public.hostname:
            return (parts.scheme, port) == (self._public.scheme, str(self._public.port or _PORTS[self._public.scheme]))
        match = _HOST.fullmatch(host)
        if not match:
            return False
        own_port = match[2] or _PORTS[environ["wsgi.url_scheme"]]
        return parts.hostname == match[1].lower().strip("[]").rstrip(".") and port == own_port


_CROSS = (403, "cross_site", "This came from a page of another site.")


def _forwarded(environ: dict[str, Any]) -> None:
    """What a trusted proxy says of the address that was asked: the last entry of each, which is the proxy's own."""
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
    if scheme in _PORTS:
        environ["wsgi.url_scheme"] = scheme
    host = environ.get("HTTP_X_FORWARDED_HOST", "").rpartition(",")[2].strip()
    if host:
        environ["HTTP_HOST"] = host


def refused(environ: dict[str, Any], start_response: Any, status: int, code: str, detail: str) -> Iterable[bytes]:
    """The answer of the gate itself, made without the app."""
    title = "This is not allowed" if status == 403 else "The request cannot be read"
    if negotiate.match(environ.get("HTTP_ACCEPT", ""), ("json", "html"))[0] == "html":
        kind = "text/html; charset=utf-8"
        body = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><h1>{title}</h1><p>{escape(detail)}</p></body></html>"
        ).encode()
    else:
        kind = "application/problem+json"
        body = jsonio.to_bytes({
            "type": f"/errors/{code}", "title": title, "status": status, "detail": detail, "code": code,
            "instance": environ.get("PATH_INFO", ""), "request_id": environ["takings.request_id"], "errors": [],
        })  # fmt: skip
    phrase = "403 FORBIDDEN" if status == 403 else "400 BAD REQUEST"
    start_response(phrase, [
        ("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"),
    ])  # fmt: skip
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def asker() -> str:
    """Who asks, as idempotency keys are kept: everybody is one until there is sign-in."""
    return ""
