"""The secret that signs and seals: set, or made at first start and kept beside the database."""

import functools
import os
import secrets
from pathlib import Path

from webapp.config.settings import ConfigError, Settings, current, read_file


def key_path(settings: Settings) -> Path:
    """Where the secret key is kept that was made at first start: beside the database, or in the shop's folder."""
    if "://" in settings.database:
        return Path(settings.folder or "var") / "takings.key"
    return Path(settings.database).with_suffix(".key")


def secret_key(settings: Settings | None = None) -> bytes:
    """The secret that signs and seals: as set, else that of the key file, which is made when there is none (mode 600).

    settings: those of this process where left out. Raises ConfigError where the file cannot be read or is too short.
    """
    settings = settings or current()
    if settings.secret_key:
        return str(settings.secret_key).encode()
    return _kept_key(key_path(settings).absolute())


@functools.cache
def _kept_key(path: Path) -> bytes:
    if not path.exists():
        _make_key(path)
    key = read_file("TAKINGS_SECRET_KEY", str(path)).encode()
    if len(key) < 32:
        raise ConfigError("TAKINGS_SECRET_KEY", f"{path} has fewer than 32 characters")
    return key


def _make_key(path: Path) -> None:
    # Written aside and linked: two processes that start together see one whole key.
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
