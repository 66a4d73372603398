"""The database of this process: opened once, checked against the settings, asked for the shop it belongs to."""

import secrets
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from webapp import clock, config, text
from webapp.config import ConfigError, Settings
from webapp.db import engines, migrations, presence, queries, standby
from webapp.db.engines import Engine
from webapp.db.postgres import Failed

sql = queries.load("db")
CHANNELS = [
    (1, "online", "Online", "online"),
    (2, "store", "Store", "store"),
    (3, "marketplace", "Marketplace", "marketplace"),
]


@dataclass(frozen=True)
class Shop:
    """Whose ledger this is. Currency and zone never change once kept."""

    name: str
    currency: str
    time_zone: str
    locale: str
    mode: str
    epoch: str

    @cached_property
    def zone(self) -> clock.Zone:
        """The zone of its business days."""
        return clock.Zone(self.time_zone)

    @cached_property
    def formatter(self) -> text.Formatter:
        """The one formatter of its numbers, money and dates."""
        return text.Formatter(self.locale, self.currency, self.zone)


class _Open:
    settings: Settings | None = None
    engine: Engine | None = None
    shop: Shop | None = None


def open(settings: Settings) -> Shop:
    """Open (and make or migrate) the database that the settings name; later calls of this process use it.

    Raises ConfigError when the database belongs to another mode, currency or zone, migrations.NewerSchema
    when a newer Takings wrote it.
    """
    standby.refuse_without_server(settings)
    engine = engines.of_settings(settings)
    path = engine.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if presence.unfinished(path).exists():
        raise ConfigError("TAKINGS_DATABASE", "a restore was interrupted; run `python -m webapp restore FILE` again")
    if not presence.arrive(path):
        raise ConfigError("TAKINGS_DATABASE", "a backup is being restored into it; wait until that has ended")
    try:
        kept, epoch = _prepare(engine, settings)
    except Failed as error:
        raise ConfigError("TAKINGS_DATABASE", f"PostgreSQL does not answer: {error}") from error
    _check(settings, kept)
    _Open.settings, _Open.engine = config.keep(settings), engine
    _Open.shop = _shop(kept, epoch)
    return _Open.shop


def _prepare(engine: Engine, settings: Settings) -> tuple[dict[str, str], str]:
    """The schema is today's and the shop has its first rows; what is kept about it, and the name of its history."""
    with engine.alone(), closing(engine.connect(write=True)) as connection:
        if sql.count_move_tables.value(connection):
            raise ConfigError(
                "TAKINGS_DATABASE", "a shop is being moved into it; run `python -m webapp move FROM TO` again"
            )
        migrations.migrate(connection, clock.now_ms())
        kept = dict(sql.find_settings.all(connection)) or _first_start(connection, settings)
        return kept, sql.find_epoch.value(connection)


def _first_start(connection: Any, settings: Settings) -> dict[str, str]:
    kept = {
        "name": settings.shop,
        "currency": settings.currency,
        "time_zone": settings.time_zone,
        "locale": settings.locale,
        "mode": settings.mode,
    }
    connection.execute("begin immediate")
    for name, value in kept.items():
        sql.keep_setting.run(connection, name=name, value=value)
    sql.insert_epoch.run(connection, value=secrets.token_hex(4))
    sql.insert_counters.rows(connection, [("seq", 0), ("channel", len(CHANNELS)), ("location", 1)])
    sql.insert_channels.rows(connection, CHANNELS)
    sql.insert_location.run(connection)
    connection.execute("commit")
    return kept


def _check(settings: Settings, kept: dict[str, str]) -> None:
    for name in ("mode", "currency", "time_zone"):
        wanted = getattr(settings, name)
        if kept[name] != wanted and (name == "mode" or settings.given(name)):
            raise ConfigError(
                f"TAKINGS_{name.upper()}",
                f"the database {settings.database} was made with {kept[name]}, not {wanted}; choose another database",
            )


def _shop(kept: dict[str, str], epoch: str) -> Shop:
    return Shop(kept["name"], kept["currency"], kept["time_zone"], kept["locale"], kept["mode"], epoch)


def shop() -> Shop:
    """The shop whose database is open."""
    if _Open.shop is None:
        raise RuntimeError("no database is open: call store.open(settings) first")
    return _Open.shop


def engine() -> Engine:
    """The open database."""
    if _Open.engine is None:
        raise RuntimeError("no database is open: call store.open(settings) first")
    return _Open.engine


def on_server() -> bool:
    """Whether the open database is PostgreSQL's."""
    return engines.is_server(engine().address)


def path() -> Path:
    """Where the open database lies; on a server, the name beside which the shop's files lie on this machine."""
    return engine().path


def settings() -> Settings:
    """The settings with which the database was opened."""
    if _Open.settings is None:
        raise RuntimeError("no database is open: call store.open(settings) first")
    return _Open.settings


def refresh(tx: Any) -> Shop:
    """Read the shop's changeable settings (name, locale) again; the same Shop where nothing has changed."""
    found = _shop(dict(sql.find_settings.all(tx)), sql.find_epoch.value(tx))
    if found != _Open.shop:
        _Open.shop = found
    return _Open.shop or found
