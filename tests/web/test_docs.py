"""/docs: every address on a page for people, each with a command that works."""

import re
import shlex
import shutil
import subprocess

import pytest
from markupsafe import Markup

from webapp import __version__
from webapp.web import docs


@pytest.fixture
def client(program):
    """A client of the whole app, whose addresses the page describes."""
    return program.test_client()


@pytest.fixture
def shown(client):
    answer = client.get("/docs", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_every_operation_of_the_description_is_on_the_page(client, shown):
    said = client.get("/openapi.json").json

    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            assert f'id="{operation["operationId"]}"' in shown
            assert f"{method.upper()} {path}" in Markup(shown).unescape()
    assert said["info"]["version"] == __version__


def test_it_needs_no_script_of_its_own_and_links_stay_on_it(shown):
    ids = set(re.findall(r'id="([^"]+)"', shown))

    assert not re.search(r"<script(?![^>]*src=)", shown)
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= ids
    assert "None" not in re.sub(r"<[^>]+>", " ", shown)


def test_it_is_linked_from_the_settings_and_says_where_the_shop_is(client):
    assert 'href="/docs"' in client.get("/settings", headers={"Accept": "text/html"}).get_data(as_text=True)
    there = client.get("/docs", headers={"Accept": "text/html", "Host": "localhost:8123"}).get_data(as_text=True)
    assert "http://localhost:8123/orders" in there and docs.PLACE not in there


SAID = [
    ({"type": "integer", "minimum": 1, "maximum": 500}, "integer from 1 to 500"),
    ({"enum": ["a", "b", ""]}, "one of a, b"),
    ({"type": "array", "items": {"type": "string"}}, "list of strings"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
    ({"type": "string", "maxLength": 2000}, "string of at most 2,000"),
    ({"$ref": "#/components/schemas/X"}, "object"),
    ({}, "anything"),
]


@pytest.mark.parametrize(("schema", "said"), SAID)
def test_schemas_are_said_in_words(schema, said):
    assert docs.words(schema, {"X": {"type": "object"}}) == said


def commands(client) -> dict[str, list[str]]:
    """The commands of the page, by operation."""
    size = len(client.get("/openapi.json").json["paths"])
    return {
        operation.id: shlex.split(operation.curl.replace("\\\n", " "))
        for _, operations in docs.groups(-size)
        for operation in operations
    }


def test_every_command_is_one_that_the_server_understands(client, server, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    (tmp_path / "sales.csv").write_text("date,sku,quantity,price\n2026-01-01T10:00:00Z,TEA-ICED-330,1,2.40\n")
    first = ("post_products", "post_orders", "post_orders_by_order_id_returns")
    asked = commands(client)
    statuses = {}
    for name in [*first, *sorted(asked.keys() - set(first) - {"get_live", "get_events"})]:
        words = [word.replace(docs.PLACE, server.url) for word in asked[name]]
        done = subprocess.run(
            [*words, "-o", "answer", "-w", "%{http_code}"], cwd=tmp_path, capture_output=True, text=True, timeout=20
        )
        statuses[name] = int(done.stdout)

    assert all(statuses[name] in (200, 201) for name in first), statuses
    assert {name: status for name, status in statuses.items() if status >= 500 or status in (400, 405, 415)} == {}
    assert sum(status < 300 for status in statuses.values()) > len(statuses) * 0.7, statuses
