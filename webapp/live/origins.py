"""Whose page opens the live channel."""

from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def is_own(origin: str, host: str, public_url: str | None = None) -> bool:
    """Whether an Origin is this site: the host that was asked, or the address under which a proxy shows it."""
    try:
        parts = urlsplit(origin)
        if parts.scheme not in PORTS or not parts.hostname:
            return False
        own = {_host_and_port(f"{parts.scheme}://{host}")}
        if public_url:
            own.add(_host_and_port(public_url))
        return _host_and_port(origin) in own
    except ValueError:
        return False


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or PORTS[parts.scheme]
