"""What the running program tells of itself: gathered for next to nothing, poured once a second into what Prometheus reads.

An order passes several of these, and the library's own way costs microseconds each (it writes into a mapped file). So
`add` and `observe` put a tuple into a queue, which is safe from any thread and greenlet, and `flush`, called once a second
by whoever drives the process, sums them up first. Base units are seconds and bytes. Several processes share a folder of
files, named by PROMETHEUS_MULTIPROC_DIR before the library is imported; without it a process tells of itself alone.
"""

import os
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_WAITING = 200_000
EVERY_S = 1.0
_SHORT = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_LONG = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


class _Waiting:
    """What is gathered and not summed up yet. on: somebody will."""

    on = False
    queue: deque[tuple[Any, float, tuple[str, ...]]] = deque(maxlen=MOST_WAITING)


class Counter:
    """Something that only grows. The name is told with `_total` behind it."""

    kind = "counter"

    def __init__(self, name: str, about: str, *labels: str) -> None:
        self.name, self.about, self.labels = name, about, labels
        known.append(self)

    def add(self, amount: float = 1, *labels: str) -> None:
        """It has grown; safe from any thread."""
        if _Waiting.on:
            _Waiting.queue.append((self, amount, labels))


class Histogram:
    """How values are spread; `bounds` are the upper ends of its buckets."""

    kind = "histogram"

    def __init__(self, name: str, about: str, bounds: Sequence[float], *labels: str) -> None:
        self.name, self.about, self.bounds, self.labels = name, about, tuple(bounds), labels
        known.append(self)

    def observe(self, value: float, *labels: str) -> None:
        """One value more; safe from any thread."""
        if _Waiting.on:
            _Waiting.queue.append((self, value, labels))


class Gauge:
    """Something that rises and falls, asked for at each flush; the sum over the living processes is told."""

    kind = "gauge"
    labels: tuple[str, ...] = ()

    def __init__(self, name: str, about: str) -> None:
        self.name, self.about = name, about
        self.read: Callable[[], float] | None = None
        known.append(self)

    def follow(self, read: Callable[[], float] | None) -> None:
        """From now on this process's share is what `read()` says."""
        self.read = read


class Family(NamedTuple):
    """A figure that is read when it is asked for, from what all processes share: values by its labels."""

    name: str
    about: str
    labels: tuple[str, ...]
    values: Iterable[tuple[tuple[str, ...], float]]


known: list[Counter | Histogram | Gauge] = []

# ---- The table ----

ORDERS = Counter("takings_orders", "Orders on disk, by whatever way they came")
RETURNS = Counter("takings_returns", "Returns on disk")
CHANGES = Counter("takings_changes", "Changes of the shop: numbers of its history that were taken")
COMMIT_ITEMS = Histogram("takings_commit_items", "Items that one group commit carried", _SIZES)
COMMIT_SECONDS = Histogram("takings_commit_seconds", "How long a group commit held the lock", _SHORT)
FSYNC_SECONDS = Histogram("takings_fsync_seconds", "How long COMMIT took: the log written and on disk", _SHORT)
LOCK_SECONDS = Histogram("takings_lock_wait_seconds", "How long a group commit waited for the lock", _SHORT)
COMMIT_FAILURES = Counter("takings_commit_failures", "Group commits that failed; nothing of them holds")
WRITES_WAITING = Gauge("takings_writes_waiting", "Writes that wait for the next group commit")
PUSH_SECONDS = Histogram(
    "takings_push_delay_seconds", "From a change until it was written to the sockets of those who watch", _SHORT
)
WATCHERS = Gauge("takings_watchers", "Open connections of the live channel")
BEHIND = Gauge("takings_watchers_behind", "Connections of the live channel that have not been told everything yet")
HANG_UPS = Counter("takings_hangups", "Connections of the live channel that the server ended, by close code", "code")
REQUEST_SECONDS = Histogram(
    "takings_request_seconds", "How long requests took until their answer began", _SHORT, "method", "route", "status"
)
REFUSALS = Counter("takings_refusals", "What was answered with a problem, by its code", "code")
JOB_SECONDS = Histogram("takings_job_seconds", "How long a run of a job took, by how it ended", _LONG, "kind", "state")
REPLICA_READS = Counter(
    "takings_replica_reads", "Heavy reads, by who answered: the replica, or the primary and why it had to", "by"
)
MEMORY = Gauge("takings_memory_bytes", "Resident memory of all processes")


def request(environ: dict[str, Any], status: str, seconds: float) -> None:
    """A request was answered; routes are told by their rule, never by what stood in the address."""
    method = environ["REQUEST_METHOD"]
    if method not in _METHODS:
        method = "other"
    REQUEST_SECONDS.observe(seconds, method, environ.get("takings.rule", "none"), f"{status[:1]}xx")


_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})

# ---- The life of a process ----


class _Process:
    pid = 0
    told: dict[str, Any] = {}
    children: dict[tuple[str, tuple[str, ...]], Any] = {}
    registry: Any = None


def make_folder(folder: Path) -> Path:
    """An empty folder for the processes of one start to share."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)
    return folder


def preload() -> None:
    """Import the library once, before the web processes are forked from this one: it takes a tenth of a second."""
    import prometheus_client.multiprocess

    assert prometheus_client


def start() -> None:
    """Gather from now on. Call it in each process, after the fork; what was gathered before it is forgotten."""
    _Process.pid, _Process.told, _Process.children, _Process.registry = os.getpid(), {}, {}, None
    _Waiting.queue.clear()
    _Waiting.on = True
    MEMORY.follow(_resident)


def start_if_not() -> None:
    """Gather from now on, where nobody has begun: a plain WSGI server has no hook for it."""
    if not _Waiting.on or _Process.pid != os.getpid():
        start()


def stop() -> None:
    """Gather no more; what is gathered is kept."""
    if _Waiting.on:
        flush()
        _Waiting.on = False


def ended(pid: int) -> None:
    """A process of this start is no more: its share of what rises and falls is taken out."""
    if os.environ.get(FOLDER):
        from prometheus_client import multiprocess

        with suppress(OSError):
            multiprocess.mark_process_dead(pid)


def _resident() -> float:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0.0


# ---- Pouring ----


def flush() -> None:
    """Sum up what was gathered and hand it to the library. Call it about once a second, always from the same thread."""
    if not _Waiting.on or _Process.pid != os.getpid():
        return
    _tell_all()
    sums: dict[tuple[Any, tuple[str, ...]], float] = defaultdict(float)
    spread: dict[tuple[Any, tuple[str, ...]], list[float]] = {}
    queue = _Waiting.queue
    for _ in range(len(queue)):
        metric, value, labels = queue.popleft()
        sums[metric, labels] += value
        if metric.kind == "histogram":
            counts = spread.get((metric, labels))
            if counts is None:
                counts = spread[metric, labels] = [0] * (len(metric.bounds) + 1)
            counts[bisect_left(metric.bounds, value)] += 1
    for (metric, labels), total in sums.items():
        counted = spread.get((metric, labels))
        if counted is None:
            _child(metric, labels).inc(total)
        else:
            _pour(_child(metric, labels), total, counted)
    for metric in known:
        if isinstance(metric, Gauge) and metric.read is not None:
            _child(metric, ()).set(metric.read())


def _pour(child: Any, total: float, counts: list[float]) -> None:
    # The library has no word for many values at once; one by one they would cost more than an order may.
    child._sum.inc(total)
    for bucket, count in zip(child._buckets, counts, strict=True):
        if count:
            bucket.inc(count)


def _child(metric: Counter | Histogram | Gauge, labels: tuple[str, ...]) -> Any:
    found = _Process.children.get((metric.name, labels))
    if found is None:
        made = _Process.told[metric.name]
        found = _Process.children[metric.name, labels] = made.labels(*labels) if metric.labels else made
    return found


def _tell_all() -> None:
    if _Process.told:
        return
    import prometheus_client as library

    library.disable_created_metrics()
    _Process.registry = library.CollectorRegistry()
    for metric in known:
        said: dict[str, Any] = {"labelnames": metric.labels, "registry": _Process.registry}
        if isinstance(metric, Histogram):
            made: Any = library.Histogram(metric.name, metric.about, buckets=metric.bounds, **said)
        elif isinstance(metric, Gauge):
            made = library.Gauge(metric.name, metric.about, multiprocess_mode="livesum", **said)
        else:
            made = library.Counter(metric.name, metric.about, **said)
        _Process.told[metric.name] = made


# ---- Telling ----


def render(more: Iterable[Family] = ()) -> bytes:
    """The figures of all processes as Prometheus reads them (text format 0.0.4). more: what is read at this moment."""
    flush()
    import prometheus_client as library
    from prometheus_client.multiprocess import MultiProcessCollector

    shared = library.CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(shared)
    elif _Process.registry is not None:
        shared = _Process.registry
    now = library.CollectorRegistry()
    now.register(_Now(more))
    return library.generate_latest(shared) + library.generate_latest(now)


class _Now:
    """A collector of what is read at this moment."""

    def __init__(self, families: Iterable[Family]) -> None:
        self.families = list(families)

    def collect(self) -> Iterable[Any]:
        """The families, as the library has them."""
        from prometheus_client.core import GaugeMetricFamily

        for family in self.families:
            told = GaugeMetricFamily(family.name, family.about, labels=family.labels)
            for labels, value in family.values:
                told.add_metric(labels, value)
            yield told
