"""What every test may ask for: an open shop, a client, the real server, the real data."""

import os
import shutil
import signal
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest

from tests.servers import postgres
from tests.servers.takings import ON_POSTGRES, Server
from webapp import clock, config, schedule
from webapp.app import create_app
from webapp.db import engines, migrations, reading, store, writer
from webapp.jobs import registry

DATA = Path(os.environ.get("TEST_DATA_FOLDER", Path(__file__).resolve().parents[2] / "shared" / "data"))
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup a test's server would, as it should, never reload

APPS = {}
OFTEN_PURE = {"analytics", "imports", "products", "recommendations", "search", "sell"}


def pytest_configure(config):
    """The shops of tests lie in memory where there is room: what a power cut leaves of a file is simulated, whatever it lies on."""
    if "TMPDIR" not in os.environ and (memory := postgres.memory()):
        os.environ["TMPDIR"] = memory
        tempfile.tempdir = None  # it may have been asked already


def pytest_collection_modifyitems(config, items):
    """What is about PostgreSQL's server runs there alone; what is about SQLite's own files, or asks no database, does not.

    Files come in an order without meaning, always the same: those that wait (faults) run beside those that reckon.
    """
    items.sort(key=lambda item: crc32(item.nodeid.partition("::")[0].encode()))
    if not ON_POSTGRES:
        elsewhere = [item for item in items if item.get_closest_marker("postgres")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in set(elsewhere)]
        return
    for item in items:
        if marker := item.get_closest_marker("sqlite"):
            why = marker.args[0] if marker.args else "it is about SQLite's own files"
            item.add_marker(pytest.mark.skip(reason=why))
    pure = [item for item in items if item.path.parent.name in OFTEN_PURE and not _asks_a_database(item)]
    config.hook.pytest_deselected(items=pure)
    items[:] = [item for item in items if item not in set(pure)]


def _asks_a_database(item):
    return "database" in item.fixturenames or item.path.name == "test_real_data.py"


@pytest.fixture(autouse=True)
def timetable(request, monkeypatch):
    """What runs by the clock runs in tests that import `webapp.schedule` by name, they or their conftest, and in no others.

    It is imported here, before all tests, so that no test depends on which of the others came first.
    """
    package = request.module.__name__.rpartition(".")[0]
    homes = (request.module, sys.modules.get(f"{package}.conftest"))
    if all(getattr(home, "schedule", None) is not schedule for home in homes):
        monkeypatch.setattr(registry, "timetable", {})


@pytest.fixture(scope="session")
def schema(tmp_path_factory):
    """A file of the tables with nothing in them: each shop of a test would make the same ones."""
    file = tmp_path_factory.mktemp("schema") / "shop.db"
    engine = engines.of_settings(config.load({"TAKINGS_DATABASE": str(file)}, dotenv=None))
    with engine.alone(), closing(engine.connect(write=True)) as connection:
        migrations.migrate(connection, clock.now_ms())
    return file


@pytest.fixture
def database(tmp_path, request):
    """What TAKINGS_DATABASE and TAKINGS_FOLDER say of a new shop: a file, or with TEST_DATABASE=postgres a server's."""
    if not ON_POSTGRES:
        shutil.copyfile(request.getfixturevalue("schema"), tmp_path / "shop.db")
        yield {"TAKINGS_DATABASE": str(tmp_path / "shop.db")}
        return
    address = postgres.shared().database()
    yield {"TAKINGS_DATABASE": address, "TAKINGS_FOLDER": str(tmp_path)}
    postgres.shared().drop(address)


@pytest.fixture
def settings(database):
    """Settings of a shop in a folder of its own."""
    return config.load({**database, "TAKINGS_LOG": "text"}, dotenv=None)


@pytest.fixture
def shop(settings):
    """A new shop, open in this process; what is written commits by the test's own thread."""
    opened = store.open(settings)
    yield opened
    writer.close()
    writer.use(None)
    reading.close()
    clock.set_clock_file(None)


@pytest.fixture
def at(tmp_path, shop):
    """Move the shop's clock: at("2026-11-21T10:00:00Z") stands still there."""
    file = tmp_path / "clock"

    def move(said: str) -> int:
        file.write_text(said)
        clock.set_clock_file(file)
        return clock.now_ms()

    return move


@pytest.fixture
def program(shop, settings):
    """The app over that shop. Shops with the same settings share it: it holds nothing of theirs."""
    asked = repr({name: said for name, said in settings.values.items() if name not in ("database", "folder")})
    if asked not in APPS:
        APPS[asked] = create_app(settings)
    return APPS[asked]


@pytest.fixture
def client(program):
    """A client of the app over that shop, without a server."""
    return program.test_client()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The real thing: gunicorn with two workers and the background worker, over a new shop of its own."""
    running = Server(tmp_path_factory.mktemp("server"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def data():
    """The folder of real data; tests that read it say aloud when it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"there is no real data at {DATA}: set TEST_DATA_FOLDER")
    return DATA


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, without a sandbox where that is not to be had."""
    quiet = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet}
