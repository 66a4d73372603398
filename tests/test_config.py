"""Settings: one table, checked at start; a wrong value, an unknown name or a missing file is one clear line."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from webapp import config


def load(**environ):
    return config.load({f"TAKINGS_{name.upper()}": value for name, value in environ.items()}, dotenv=None)


def refusal(**environ):
    with pytest.raises(config.ConfigError) as found:
        load(**environ)
    return str(found.value)


def test_without_anything_the_defaults_hold():
    settings = load()

    assert (settings.mode, settings.database, settings.host, settings.port) == (
        "production", "var/takings.db", "127.0.0.1", 8000,
    )  # fmt: skip
    assert (settings.shop, settings.currency, settings.time_zone, settings.locale) == (
        "Takings", "GBP", "Europe/London", "en_GB",
    )  # fmt: skip
    assert (settings.writer, settings.llm, settings.weather, settings.trusted_proxies) == ("auto", "none", "none", [])
    assert (settings.llm_budget, settings.advice_age) == (200_000, 6)
    assert settings.workers >= 1


def test_demo_mode_has_a_database_of_its_own_and_asks_no_model():
    settings = config.load(
        {"TAKINGS_MODE": "demo", "OPENAI_API_KEY": "x" * 20, "OPENWEATHER_API_KEY": "y"}, dotenv=None
    )

    assert (settings.database, settings.llm, settings.weather) == ("var/demo.db", "none", "none")


@pytest.mark.parametrize(
    ("environ", "llm"),
    [
        ({"OPENAI_API_KEY": "x"}, "openai"), ({"GEMINI_API_KEY": "x"}, "gemini"), ({"TAKINGS_LLM_KEY": "x"}, "openai"),
        ({"OPENAI_API_KEY": "x", "TAKINGS_LLM": "none"}, "none"), ({}, "none"),
    ],
)  # fmt: skip
def test_the_model_follows_the_key_that_is_set(environ, llm):
    assert config.load(environ, dotenv=None).llm == llm


def test_a_provider_that_is_named_gets_its_own_key_and_no_other():
    both = {"OPENAI_API_KEY": "first", "GEMINI_API_KEY": "second"}

    assert config.load({**both, "TAKINGS_LLM": "gemini"}, dotenv=None).llm_key == "second"
    assert config.load({"OPENAI_API_KEY": "first", "TAKINGS_LLM": "gemini"}, dotenv=None).llm_key is None
    assert config.load({**both, "TAKINGS_LLM": "gemini", "TAKINGS_LLM_KEY": "third"}, dotenv=None).llm_key == "third"


def test_the_weather_follows_the_key_that_is_set():
    assert config.load({"OPENWEATHER_API_KEY": "x"}, dotenv=None).weather == "openweather"


def test_who_is_chosen_by_a_key_is_shown_to_come_from_it():
    given = {"GEMINI_API_KEY": "x", "OPENWEATHER_API_KEY": "y"}
    rows = {row.name: row for row in config.describe(config.load(given, dotenv=None))}

    assert rows["TAKINGS_LLM"].value == "gemini"
    assert rows["TAKINGS_LLM"].origin == "by its key, environment, GEMINI_API_KEY"
    assert rows["TAKINGS_WEATHER"].origin == "by its key, environment, OPENWEATHER_API_KEY"


def test_an_unknown_name_stops_the_start():
    assert refusal(databse="x") == "TAKINGS_DATABSE: there is no such setting (environment)"


def test_the_first_provider_of_the_table_wins_where_two_keys_are_set():
    settings = config.load({"OPENAI_API_KEY": "first", "GEMINI_API_KEY": "second"}, dotenv=None)

    assert (settings.llm, settings.llm_key) == ("openai", "first")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "live"), ("port", "80a"), ("port", "65536"), ("port", "-1"), ("workers", "0"), ("currency", "XYZ"),
        ("currency", "gbp"), ("time_zone", "Mars/Base"), ("locale", "klingon"), ("secret_key", "short"), ("llm", "gpt"),
        ("llm_url", "ftp://x"), ("trusted_proxies", "10.0.0.1, nonsense"), ("log", "xml"), ("database", "mysql://x"),
        ("smtp_url", "http://x"), ("mail_from", "nobody"), ("host", "a b"), ("public_url", "shop.example"),
        ("advice_age", "0"), ("llm_price", "0.40"), ("llm_price", "0.40/-1"), ("llm_price", "0.40/1.60/2"),
        ("llm_price", "1e-3/2"), ("llm_price", "0.0000001/1"), ("llm_spend", "much"), ("llm_spend", "-1"),
        ("shop", "a\nb"), ("writer", "both"),
    ],
)  # fmt: skip
def test_a_wrong_value_stops_the_start_with_its_name(name, value):
    assert refusal(**{name: value}).startswith(f"TAKINGS_{name.upper()}: ")


def test_the_price_of_a_model_is_kept_exactly_and_shown_as_it_was_given():
    settings = load(llm_price="0.40/1.60", llm_spend="2.50")

    assert (settings.llm_price.read, settings.llm_price.written) == (Decimal("0.40"), Decimal("1.60"))
    assert settings.llm_spend == Decimal("2.50")
    rows = {row.name: row for row in config.describe(settings)}
    assert (rows["TAKINGS_LLM_PRICE"].value, rows["TAKINGS_LLM_SPEND"].value) == ("0.40/1.60", "2.50")


def test_without_a_price_nothing_can_be_limited_by_money():
    assert load().llm_price is None and load().llm_spend is None
    assert refusal(llm_spend="2.50") == "TAKINGS_LLM_SPEND: needs TAKINGS_LLM_PRICE, without which no cost is known"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "shop.example"])
def test_demo_mode_listens_on_loopback_alone(host):
    assert "loopback" in refusal(mode="demo", host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_demo_mode_takes_any_loopback(host):
    assert load(mode="demo", host=host).host == host


def test_an_empty_value_is_left_out():
    assert load(port="", llm_key="").port == 8000


def test_a_value_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text("k" * 40 + "\n")

    settings = load(secret_key_file=str(tmp_path / "key"))

    assert settings.secret_key == "k" * 40
    assert "cannot read" in refusal(secret_key_file=str(tmp_path / "none"))
    assert "twice" in refusal(port="1", port_file=str(tmp_path / "key"))


def test_the_clock_file_is_a_setting_and_not_the_file_of_one(tmp_path):
    assert load(clock_file="/tmp/clock").clock_file == "/tmp/clock"


def test_a_dotenv_file_stands_behind_the_environment(tmp_path):
    (tmp_path / ".env").write_text(
        '# the shop\nexport TAKINGS_SHOP="Harbour & Pine"\nTAKINGS_PORT=9000 # not 8000\nOTHER=1\n\nTAKINGS_LOCALE=\n'
    )

    settings = config.load({"TAKINGS_PORT": "9100"}, dotenv=tmp_path / ".env")

    assert (settings.shop, settings.port, settings.locale) == ("Harbour & Pine", 9100, "en_GB")


def test_a_dotenv_file_is_checked_as_the_environment_is(tmp_path):
    (tmp_path / ".env").write_text("TAKINGS_PROT=9000\n")
    with pytest.raises(config.ConfigError, match="TAKINGS_PROT"):
        config.load({}, dotenv=tmp_path / ".env")

    (tmp_path / ".env").write_text("nonsense\n")
    with pytest.raises(config.ConfigError, match="line 1"):
        config.load({}, dotenv=tmp_path / ".env")


def test_every_setting_is_shown_with_its_origin_and_no_secret():
    settings = config.load(
        {"TAKINGS_LLM_KEY": "sk-very-secret", "TAKINGS_SMTP_URL": "smtp://me:pass@mail.example:25",
         "TAKINGS_DATABASE": "postgresql://me:pass@db/shop", "TAKINGS_PORT": "9000"},
        dotenv=None,
    )  # fmt: skip

    rows = {row.name: row for row in config.describe(settings)}

    assert set(rows) == set(config.NAMES)
    assert (rows["TAKINGS_PORT"].value, rows["TAKINGS_PORT"].origin) == ("9000", "environment")
    assert rows["TAKINGS_HOST"].origin == "default"
    assert rows["TAKINGS_DATABASE"].value == "postgresql://me:********@db/shop"
    assert not re.search("very-secret|pass", " ".join(row.value for row in rows.values()))


def test_a_setting_that_was_given_is_known_as_such():
    settings = load(currency="EUR")

    assert settings.given("currency") and not settings.given("time_zone")
    assert settings.replace(port=1).port == 1
    with pytest.raises(AttributeError):
        _ = settings.nonsense


# ---- The secret key ----


def test_the_key_is_made_once_beside_the_database_for_its_owner_alone(tmp_path):
    settings = load(database=str(tmp_path / "var" / "shop.db"))

    key = config.secret_key(settings)

    kept = Path(config.key_path(settings))
    assert kept.parent == tmp_path / "var"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(key) >= 32 and kept.read_bytes() == key
    assert config.secret_key(settings) == key
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_all_who_start_at_once_have_one_key(tmp_path):
    from webapp.config.key import _kept_key

    path = tmp_path / "shop.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: _kept_key.__wrapped__(path), range(8)))

    assert len(keys) == 1


def test_a_key_that_is_set_is_the_key(tmp_path):
    settings = load(database=str(tmp_path / "shop.db"), secret_key="k" * 32)

    assert config.secret_key(settings) == b"k" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_is_too_short_stops_the_start(tmp_path):
    (tmp_path / "shop.key").write_text("short")

    with pytest.raises(config.ConfigError, match="fewer than 32"):
        config.secret_key(load(database=str(tmp_path / "shop.db")))
