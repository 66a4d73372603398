"""The job that learns also keeps the house rules' advice, so that Today has its cards before anybody asks."""

import json

from tests.making import make_product, value
from tests.recommendations.asking import honest, newest, run
from tests.recommendations.shops import fill
from webapp import schedule
from webapp.jobs import worker
from webapp.recommendations import jobs

assert schedule  # what comes at its times comes in these tests


def test_the_rules_advise_by_themselves_from_the_first_minute_and_anew_each_day(now, at):
    worker.run_pending()
    first = newest()
    at("2026-11-22T10:00:00Z")
    worker.run_pending()

    assert (first["by"], first["reason"]) == ("rules", "no_key")
    assert json.loads(first["checked"])["shown"] > 3
    assert newest()["id"] > first["id"]
    assert value("select count(*) from model_call") == 0


def test_a_new_shop_learns_within_the_minute_also_before_the_daily_time(at):
    at("2026-11-21T02:00:00Z")
    fill()

    worker.run_pending()

    assert newest()["by"] == "rules"
    assert value("select count(*) from learned") == 3
    worker.run_pending()
    assert value("select count(*) from job where kind = 'learn'") == 1


def test_the_rules_keep_quiet_where_advice_of_a_model_stands(model):
    model(honest)
    run()
    told = newest()

    jobs.first_advice()

    assert newest()["id"] == told["id"]


def test_nothing_is_advised_where_nothing_was_ever_sold(shop):
    make_product("TEA")

    worker.run_pending()

    assert newest() is None
