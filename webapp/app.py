"""create_app: settings, database, features, islands, topics, the socket."""

import logging
import sys
from pathlib import Path

from flask import Flask

from webapp import clock, config, web
from webapp.config import Settings
from webapp.db import store
from webapp.web import docs, health, logs, prometheus, templating
from webapp.web.direct import App

log = logging.getLogger("takings")
ROOT = Path(__file__).resolve().parents[1]


def create_app(settings: Settings | None = None) -> Flask:
    """The application over the database that the settings name.

    Raises config.ConfigError for a setting or a database that does not fit.
    """
    settings = settings or config.load()
    clock.set_clock_file(settings.clock_file)
    logs.setup(settings.log or ("text" if sys.stderr.isatty() else "json"))
    logs.Access.refusals_alone = settings.mode == "demo"
    shop = store.open(settings)
    app = App("takings", root_path=str(ROOT), template_folder="templates", static_folder=None)
    web.init_app(app, settings)
    templating.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(prometheus.blueprint)
    app.register_blueprint(docs.blueprint)
    _add_features(app)
    if shop.mode == "demo":
        _add_demo(app)
    return app


def _add_features(app: Flask) -> None:
    from webapp.analytics import islands as figures
    from webapp.analytics import routes as analytics
    from webapp.analytics import routes_explore, routes_pages, routes_product, routes_reconciliation, routes_regions
    from webapp.imports import islands as import_islands
    from webapp.imports import routes as imports
    from webapp.live import islands, socket, topics
    from webapp.orders import islands as orders_live
    from webapp.orders import routes as orders
    from webapp.orders import routes_returns as returns
    from webapp.products import routes as products
    from webapp.recommendations import islands as advice_islands
    from webapp.recommendations import routes as advice
    from webapp.search import routes as search
    from webapp.sell import routes as sell
    from webapp.shop import routes as shop
    from webapp.shop import routes_backups as backups
    from webapp.weather import islands as weather_islands
    from webapp.weather import routes as weather

    figures_of = (analytics, routes_explore, routes_reconciliation, routes_pages, routes_product, routes_regions)
    for feature in (*figures_of, sell, orders, returns, products, shop, backups, imports, weather, search, advice):
        app.register_blueprint(feature.blueprint)
    islands.known.install(app.jinja_env)
    socket.register(app)
    topics.topic("orders", orders_live.shape_events, newest=orders_live.newest)
    topics.topic("analytics", state=analytics.state)
    assert figures and import_islands and weather_islands and advice_islands  # imported, their islands are registered


def _add_demo(app: Flask) -> None:
    from webapp.demo import routes as demo

    app.register_blueprint(demo.blueprint)
