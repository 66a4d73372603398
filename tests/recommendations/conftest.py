"""A shop with a client, in which something was sold, for the routes of advice; one with a history that may ask a model."""

import pytest

from tests.making import make_product, sell
from tests.recommendations.making import cost_once
from tests.recommendations.shops import NOW, fill
from tests.servers.llm import LlmServer
from webapp import config
from webapp.db import store


@pytest.fixture
def shop_at(client, at):
    """A shop on a Saturday with tea, coffee and soup, of which something was sold."""
    at("2026-11-21T10:15:00Z")
    for sku, category in (("TEA", "Drinks/Cold"), ("COFFEE", "Drinks/Hot"), ("SOUP", "Food")):
        make_product(sku, "2.40", name=sku.title(), category=category, cost="0.80")
    cost_once()
    sell("TEA")
    return client


@pytest.fixture
def now(at):
    """A shop with a history, on a Saturday morning."""
    at(NOW)
    return fill()


@pytest.fixture
def model(now, tmp_path, monkeypatch):
    """A function that lets the shop ask a model which answers with these steps."""
    running = []

    def start(*steps, **more):
        server = LlmServer("openai", *steps)
        running.append(server)
        told = {
            "TAKINGS_DATABASE": str(tmp_path / "shop.db"), "TAKINGS_LOG": "text", "TAKINGS_CLOCK_FILE": str(tmp_path / "clock"),
            **server.settings, **more,
        }  # fmt: skip
        settings = config.load(told, dotenv=None)
        monkeypatch.setattr(store, "settings", lambda: settings)
        return server

    yield start
    for server in running:
        server.close()
