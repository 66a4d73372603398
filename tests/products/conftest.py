"""A real ledger and the catalogue's addresses over it."""

from pathlib import Path

import pytest
from flask import Flask

from webapp import config, web
from webapp.db import reading, store, writer
from webapp.web import templating

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ledger(tmp_path):
    settings = config.load({"TAKINGS_DATABASE": str(tmp_path / "ledger.db")}, dotenv=None)
    yield store.open(settings)
    writer.close()
    reading.close()


@pytest.fixture
def client(ledger):
    from webapp.products import routes as products
    from webapp.shop import routes as shop

    app = Flask("takings", root_path=str(ROOT), template_folder="templates", static_folder=None)
    web.init_app(app, store.settings())
    templating.register(app)
    for feature in (products, shop):
        app.register_blueprint(feature.blueprint)
    return app.test_client()
