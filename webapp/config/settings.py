"""The table of settings, how it is read, and how it is shown."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from webapp.config import checks

PREFIX = "TAKINGS_"
HIDDEN = "********"


class ConfigError(Exception):
    """A setting that cannot be used; the caller prints the line and ends with status 2."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


# ---- The table ----


@dataclass(frozen=True)
class Setting:
    """One line of the table; `also` are names that other programs use for the same value."""

    name: str
    default: str | None
    help: str
    check: Callable[[str], Any] = checks.text
    unit: str = ""
    secret: bool = False
    also: tuple[str, ...] = ()
    demo_default: str | None = None

    @property
    def attribute(self) -> str:
        """The name in the program: `time_zone` of TAKINGS_TIME_ZONE."""
        return self.name.removeprefix(PREFIX).lower()


_S = Setting
SETTINGS: tuple[Setting, ...] = (
    _S(
        "TAKINGS_MODE",
        "production",
        "demo: the sample shop, loopback only, no sign-in",
        checks.one_of("production", "demo"),
    ),
    _S(
        "TAKINGS_DATABASE", "var/takings.db", "a path, or postgresql://...", checks.database, demo_default="var/demo.db"
    ),
    _S("TAKINGS_FOLDER", None, "on PostgreSQL: where key, uploads and backups lie; left out, var"),
    _S("TAKINGS_REPLICA", None, "a streaming replica of that PostgreSQL database, for heavy reads", checks.postgres),
    _S("TAKINGS_HOST", "127.0.0.1", "the address on which it listens", checks.host),
    _S("TAKINGS_PORT", "8000", "the port on which it listens; 0 takes a free one", checks.whole(0, 65535)),
    _S("TAKINGS_WORKERS", None, "web processes; left out, as many as there are cores", checks.whole(1, 256)),
    _S("TAKINGS_WRITER", "auto", "where the group commit runs", checks.one_of("auto", "loop", "thread")),
    _S("TAKINGS_SHOP", "Takings", "the name of the shop"),
    _S("TAKINGS_CURRENCY", "GBP", "the currency of the shop, by ISO 4217; kept at first start", checks.currency),
    _S("TAKINGS_TIME_ZONE", "Europe/London", "the time zone of the shop's days; kept at first start", checks.zone),
    _S("TAKINGS_LOCALE", "en_GB", "how numbers and dates are written", checks.locale),
    _S(
        "TAKINGS_SECRET_KEY",
        None,
        "signs and seals; made on first start beside the database",
        checks.secret,
        secret=True,
    ),
    _S(
        "TAKINGS_LLM",
        None,
        "who advises; left out, by which key is set",
        checks.one_of("openai", "gemini", "compatible", "none"),
    ),
    _S("TAKINGS_LLM_KEY", None, "the key of the model", secret=True, also=("OPENAI_API_KEY", "GEMINI_API_KEY")),
    _S("TAKINGS_LLM_MODEL", None, "the model to ask; left out, the provider's usual one"),
    _S("TAKINGS_LLM_URL", None, "replaces scheme, host and prefix of the model's address", checks.url("http", "https")),
    _S(
        "TAKINGS_WEATHER",
        None,
        "where the weather comes from; left out, by which key is set",
        checks.one_of("openweather", "open-meteo", "none"),
    ),
    _S("TAKINGS_WEATHER_KEY", None, "the key of the weather service", secret=True, also=("OPENWEATHER_API_KEY",)),
    _S("TAKINGS_WEATHER_URL", None, "replaces scheme and host of every weather address", checks.url("http", "https")),
    _S("TAKINGS_LLM_BUDGET", "200000", "what the model may cost", checks.whole(0, 10**12 - 1), "tokens a day"),
    _S("TAKINGS_LLM_PRICE", None, "what the model costs, IN/OUT of a million tokens", checks.price, "US dollars"),
    _S(
        "TAKINGS_LLM_SPEND", None, "the most that the model may cost, needs a price", checks.dollars, "US dollars a day"
    ),
    _S("TAKINGS_ADVICE_AGE", "6", "when advice is stale", checks.whole(1, 8760), "hours"),
    _S(
        "TAKINGS_SMTP_URL",
        None,
        "the mail server, smtp://user:password@host:port",
        checks.url("smtp", "smtps"),
        secret=True,
    ),
    _S("TAKINGS_MAIL_FROM", None, "the sender of mails", checks.address),
    _S("TAKINGS_PUBLIC_URL", None, "the address by which people reach the shop", checks.url("http", "https")),
    _S("TAKINGS_TRUSTED_PROXIES", None, "addresses of the proxies in front, separated by commas", checks.networks),
    _S("TAKINGS_CLOCK_FILE", None, "for tests: a file that says what time it is"),
    _S("TAKINGS_LOG", None, "the format of the log; left out, text on a terminal", checks.one_of("text", "json")),
)
NAMES = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The values by attribute (`settings.port`); `origins` says where each came from."""

    values: dict[str, Any]
    origins: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, attribute: str) -> Any:
        try:
            return self.__dict__["values"][attribute]
        except KeyError:
            raise AttributeError(f"there is no setting {attribute!r}") from None

    def given(self, attribute: str) -> bool:
        """Whether the value was set, and is not the default."""
        return self.origins[attribute] != "default"

    def own_url(self, port: int | None = None) -> str:
        """The address at which this machine calls the shop, on its own port or another."""
        return f"http://{checks.called(self.host)}:{port or self.port}"

    def replace(self, **values: Any) -> "Settings":
        """The same settings with some values set otherwise, as a command's option does."""
        origins = {**self.origins, **dict.fromkeys(values, "option")}
        return Settings({**self.values, **values}, origins)


class Row(NamedTuple):
    """A setting as `python -m webapp config` shows it."""

    name: str
    value: str
    origin: str
    help: str


# ---- Reading ----


def load(environ: Mapping[str, str] = os.environ, dotenv: str | Path | None = ".env") -> Settings:
    """The checked settings of the environment, then of the file `dotenv` where the environment says nothing.

    An empty value counts as left out. Raises ConfigError: an unknown TAKINGS_ name, a value that its check refuses, a
    `NAME_FILE` that cannot be read, a name given both ways, a host beyond loopback in demo mode.
    """
    texts: dict[str, tuple[str, str]] = {}
    for source, origin in ((_dotenv(dotenv), str(dotenv)), (environ, "environment")):
        _refuse_unknown(source, origin)
        texts.update(_texts(source, origin))
    mode = _value(NAMES["TAKINGS_MODE"], texts.get("TAKINGS_MODE"), "production")[0]
    values, origins = {}, {}
    for setting in SETTINGS:
        values[setting.attribute], origins[setting.attribute] = _value(setting, texts.get(setting.name), mode)
    return _derived(values, origins, texts)


def _refuse_unknown(source: Mapping[str, str], origin: str) -> None:
    for name in sorted(source):
        if name.startswith(PREFIX) and name not in NAMES and name.removesuffix("_FILE") not in NAMES:
            raise ConfigError(name, f"there is no such setting ({origin})")


def _texts(source: Mapping[str, str], origin: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for setting in SETTINGS:
        for name in (*reversed(setting.also), setting.name):
            plain, path = source.get(name, ""), source.get(f"{name}_FILE", "")
            if plain and path:
                raise ConfigError(name, f"is given twice, also as {name}_FILE")
            if path:
                found[name] = found[setting.name] = (read_file(name, path), f"{origin}, {name}_FILE")
            elif plain:
                found[setting.name] = (plain, origin if name == setting.name else f"{origin}, {name}")
                found[name] = found[setting.name]
    return found


def read_file(name: str, path: str) -> str:
    """The text of a file without space at its ends. Raises ConfigError for `name`: not there, or not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"{name}_FILE", f"cannot read {path}: {reason}") from None


def _dotenv(path: str | Path | None) -> dict[str, str]:
    if path is None or not Path(path).is_file():
        return {}
    found = {}
    for number, line in enumerate(read_file("", str(path)).splitlines(), 1):
        text = line.strip().removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign:
            raise ConfigError(str(path), f"line {number} is not NAME=value")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def _value(setting: Setting, given: tuple[str, str] | None, mode: str) -> tuple[Any, str]:
    default = setting.demo_default if mode == "demo" and setting.demo_default else setting.default
    text, origin = given if given else (default, "default")
    if text is None:
        return None, origin
    try:
        return setting.check(text), origin
    except ValueError as error:
        raise ConfigError(setting.name, str(error)) from None


def _derived(values: dict[str, Any], origins: dict[str, str], texts: dict[str, tuple[str, str]]) -> Settings:
    demo = values["mode"] == "demo"
    if demo and not checks.is_loopback(values["host"]):
        raise ConfigError("TAKINGS_HOST", "in demo mode only loopback is listened on, such as 127.0.0.1")
    if values["workers"] is None:
        values["workers"] = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if values["log"] is None:
        values["log"] = "text" if sys.stderr.isatty() else "json"
    if values["trusted_proxies"] is None:
        values["trusted_proxies"] = []
    if values["llm"] is None:
        values["llm"] = "none" if demo else _llm_by_key(origins["llm_key"], texts)
    elif values["llm"] in _KEYS and any(name in origins["llm_key"] for name in _KEYS.values()):
        # The key of another provider is no key of this one.
        values["llm_key"], origins["llm_key"] = texts.get(_KEYS[values["llm"]], (None, "default"))
    if values["weather"] is None:
        values["weather"] = "openweather" if values["weather_key"] and not demo else "none"
    for chosen in ("llm", "weather"):
        if values[chosen] != "none" and origins[chosen] == "default":
            origins[chosen] = f"by its key, {origins[f'{chosen}_key']}"
    if values["llm_spend"] is not None and values["llm_price"] is None:
        raise ConfigError("TAKINGS_LLM_SPEND", "needs TAKINGS_LLM_PRICE, without which no cost is known")
    return Settings(values, origins)


_KEYS = {"openai": "OPENAI_API_KEY", "gemini": "GEMINI_API_KEY"}


def _llm_by_key(origin: str, texts: dict[str, tuple[str, str]]) -> str:
    if "TAKINGS_LLM_KEY" not in texts:
        return "none"
    if "GEMINI_API_KEY" in origin:
        return "gemini"
    return "openai"


# ---- The settings of this process ----


class _Process:
    settings: Settings | None = None


def keep(settings: Settings) -> Settings:
    """From now on these are the settings of this process."""
    _Process.settings = settings
    return settings


def current() -> Settings:
    """The settings of this process: those kept last, else those of the environment."""
    return _Process.settings or keep(load())


# ---- Showing ----


def describe(settings: Settings) -> list[Row]:
    """Every setting with its value, secrets masked, where the value came from, and what it means."""
    return [
        Row(
            setting.name,
            _shown(setting, settings.values[setting.attribute]),
            settings.origins[setting.attribute],
            _explained(setting),
        )
        for setting in SETTINGS
    ]


def _explained(setting: Setting) -> str:
    """What the setting means, in which unit, what holds without it, and its other names."""
    said = setting.help + (f", in {setting.unit}" if setting.unit else "")
    if setting.default is not None:
        demo = f" (in the sample shop {setting.demo_default})" if setting.demo_default else ""
        said += f"; left out: {setting.default}{demo}"
    return said + (f"; also {', '.join(setting.also)}" if setting.also else "")


def _shown(setting: Setting, value: Any) -> str:
    if value is None or value == []:
        return ""
    if setting.secret:
        return HIDDEN
    text = ", ".join(value) if isinstance(value, list) else str(value)
    # A password may stand in any address.
    return re.sub(r"(://[^:/@\s]*):[^/@\s]*@", rf"\1:{HIDDEN}@", text)
