"""Every block of sql/ is a statement that PostgreSQL understands, over the schema that the migrations make."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.servers import postgres as servers
from webapp.db import dialect, engines, postgres, queries

pytestmark = pytest.mark.skipif(not servers.is_installed(), reason="PostgreSQL's server is not installed")
FILES = sorted(file.stem for file in Path(queries.FOLDER).glob("*.sql"))
PIECES = ("from_", "select_", "key_", "where_")  # of which metrics/ puts its questions together
UNTYPED = ("could not determine data type of parameter", "but expression is of type text")  # the caller's value says it


@pytest.fixture(scope="module")
def connection():
    """A session with an empty shop's database."""
    address = servers.shared().database()
    with closing(engines.of(address).connect(write=True)) as opened:
        opened.execute(queries.load("moving").make_progress.sql)
        yield opened
    servers.shared().drop(address)


def refused(connection, query):
    """Why PostgreSQL does not take the statement, or None."""
    text = query.sql
    text = dialect.translate_rows(text).text if ":rows(" in text else dialect.translate(text).text
    try:
        connection._raw.execute(f"prepare looked_at as {text}", prepare=False)
        connection._raw.execute("deallocate looked_at", prepare=False)
    except postgres._psycopg().Error as error:
        return None if any(words in str(error) for words in UNTYPED) else str(error)
    return None


@pytest.mark.parametrize("feature", FILES)
def test_every_block_is_understood(connection, feature):
    found = {
        name: why
        for name, query in vars(queries.load(feature)).items()
        if not name.startswith(PIECES)
        and "<" + "table>" not in query.sql
        and query.sql.split()[0] in ("select", "insert", "update", "delete", "with")
        if (why := refused(connection, query))
    }

    assert found == {}


def test_the_control_a_function_that_only_sqlite_has_is_refused(connection):
    assert refused(connection, queries.Query("x", "select strftime('%s', 'now')")) is not None
