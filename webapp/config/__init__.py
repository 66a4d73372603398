"""The settings: one table, read from the environment or `.env`; a wrong value or an unknown name stops the start."""

from webapp.config.key import key_path, secret_key
from webapp.config.settings import (
    NAMES,
    SETTINGS,
    ConfigError,
    Row,
    Setting,
    Settings,
    current,
    describe,
    keep,
    load,
)

__all__ = [
    "NAMES",
    "SETTINGS",
    "ConfigError",
    "Row",
    "Setting",
    "Settings",
    "current",
    "describe",
    "keep",
    "key_path",
    "load",
    "secret_key",
]
