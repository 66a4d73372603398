"""What the sample shop asks the database, and the few settings of its own that it keeps."""

from typing import Any

from webapp.db import queries
from webapp.db.queries import Executes
from webapp.demo import plan

sql = queries.load("demo")
settings = queries.load("db")
FIRST_DAY, SEED, SPEED = "demo_first_day", "demo_seed", "demo_speed"


def find_setting(tx: Executes, name: str) -> str | None:
    """A setting as it was kept."""
    return dict(settings.find_settings.all(tx)).get(name)


def keep_setting(tx: Executes, name: str, value: str) -> None:
    """Keep a setting of the sample shop."""
    settings.keep_setting.run(tx, name=name, value=value)


def find_last_placed(tx: Executes, now_ms: int) -> int | None:
    """When the last sale up to now was made; None in an empty shop."""
    return sql.find_last_placed.value(tx, now_ms=now_ms)


def count_products(tx: Executes) -> int:
    """How many products there are."""
    return int(sql.count_products.value(tx))


def find_levels(tx: Executes) -> list[Any]:
    """(sku, location code, quantity) of everything that lies somewhere."""
    return sql.find_levels.all(tx)


def find_last_number(tx: Executes) -> int:
    """The number of the newest customer of the sample shop; 0 where there is none."""
    code = sql.find_last_number.value(tx, pattern=f"{plan.CUSTOMER_PREFIX}%")
    digits = (code or "").removeprefix(plan.CUSTOMER_PREFIX)
    return int(digits) if digits.isdigit() else 0


def find_regulars(tx: Executes, since_day: int) -> list[Any]:
    """Customers who bought since a day: code, visits, last_day, channel, location, brand."""
    return sql.find_regulars.all(tx, since_day=since_day, pattern=f"{plan.CUSTOMER_PREFIX}%")


def find_unreturned(tx: Executes, from_ms: int, to_ms: int) -> list[Any]:
    """Lines sold between two moments of which nothing has come back."""
    return sql.find_unreturned.all(tx, from_ms=from_ms, to_ms=to_ms)
