"""What the program tells of itself: gathered from any thread, summed up, told for all processes together."""

import os
import subprocess
import sys
import threading

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers.takings import ROOT
from webapp import counters


@pytest.fixture
def gathering(monkeypatch):
    monkeypatch.delenv(counters.FOLDER, raising=False)
    counters.start()
    yield
    counters.stop()


def told(text: bytes) -> dict[str, float]:
    """Sample values by name and labels, as Prometheus reads them."""
    return {
        sample.name + str(sorted(sample.labels.items())) * bool(sample.labels): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_what_is_added_from_many_threads_is_told_once(gathering):
    threads = [
        threading.Thread(target=lambda: [counters.REFUSALS.add(1, "host") for _ in range(500)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told(counters.render())["takings_refusals_total[('code', 'host')]"] == 2000


def test_values_fall_into_the_buckets_that_the_library_itself_would_choose(gathering):
    from prometheus_client import CollectorRegistry, Histogram

    values = [0.0, 0.0001, 0.00011, 0.3, 5.0, 6.0, 100.0]
    own = Histogram(
        "takings_fsync_seconds", "", buckets=counters.FSYNC_SECONDS.bounds, registry=(other := CollectorRegistry())
    )
    for value in values:
        own.observe(value)
        counters.FSYNC_SECONDS.observe(value)
    theirs = {
        sample.labels["le"]: sample.value for sample in next(iter(other.collect())).samples if "le" in sample.labels
    }
    ours = {
        sample.labels["le"]: sample.value
        for family in text_string_to_metric_families(counters.render().decode())
        for sample in family.samples
        if sample.name == "takings_fsync_seconds_bucket"
    }

    assert ours == theirs and ours["+Inf"] == 7


def test_nothing_is_gathered_where_nobody_will_ask():
    counters.stop()
    counters.ORDERS.add(5)

    assert not counters._Waiting.queue


def test_a_route_is_told_by_its_rule_and_a_strange_method_by_none(gathering):
    counters.request({"REQUEST_METHOD": "GET", "takings.rule": "/orders/<int:order_id>"}, "200 OK", 0.01)
    counters.request({"REQUEST_METHOD": "BREW", "PATH_INFO": "/secret"}, "405 METHOD NOT ALLOWED", 0.01)
    said = counters.render().decode()

    assert 'takings_request_seconds_count{method="GET",route="/orders/<int:order_id>",status="2xx"} 1.0' in said
    assert 'takings_request_seconds_count{method="other",route="none",status="4xx"} 1.0' in said
    assert "secret" not in said and "BREW" not in said


def test_processes_are_told_together_and_who_is_gone_watches_no_more(tmp_path):
    folder = counters.make_folder(tmp_path / "figures")
    script = "from webapp import counters; counters.start(); counters.WATCHERS.follow(lambda: 7); counters.ORDERS.add(3); counters.flush()"
    environ = {**os.environ, counters.FOLDER: str(folder)}
    pids = []
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environ)
        process.wait(30)
        pids.append(process.pid)
    ask = "import sys; from webapp import counters; [counters.ended(int(pid)) for pid in sys.argv[1:]]; print(counters.render().decode())"

    def asked(*gone: int) -> dict[str, float]:
        done = subprocess.run(
            [sys.executable, "-c", ask, *map(str, gone)],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            timeout=30,
            check=True,
        )
        return told(done.stdout)

    before, after = asked(), asked(pids[0])

    assert (before["takings_orders_total"], before["takings_watchers"]) == (6, 14)
    assert (after["takings_orders_total"], after["takings_watchers"]) == (6, 7)
    assert not list(counters.make_folder(folder).glob("*.db"))


def test_every_figure_has_base_units_and_a_sentence():
    for metric in counters.known:
        assert metric.name.startswith("takings_") and metric.about[0].isupper()
        assert not metric.name.endswith(("_ms", "_kb", "_mb", "_total"))
    assert len({metric.name for metric in counters.known}) == len(counters.known)
