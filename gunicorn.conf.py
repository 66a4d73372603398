"""How the web processes run: gevent workers that share the listening socket; all that is open is opened after the fork."""

from gevent import monkey

monkey.patch_all()

from webapp import counters, processes  # noqa: E402
from webapp.config import load  # noqa: E402

settings = load()
processes.raise_open_files()
figures = processes.share_figures()

worker_class = "webapp.serving.Worker"
workers = settings.workers
worker_connections = 1000
preload_app = True
control_socket_disable = True
graceful_timeout = 20
timeout = 60
keepalive = 75
accesslog = None
errorlog = "-"
loglevel = "warning"
logger_class = "webapp.web.logs.GunicornLogger"
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16380
forwarded_allow_ips = ""  # the gate alone decides whose word is taken


def when_ready(server):
    """What is read from files later is read now: a new version that is put in their place does not mix with this one."""
    processes.read_templates(server.app.wsgi())
    processes.collect_seldom()


def post_fork(server, worker):
    """Nothing of the parent's is used; the worker opens its own."""
    processes.after_fork()


def post_worker_init(worker):
    """The writer, the live channel and the watch over a graceful stop run from now on."""
    processes.start_web(worker, settings)


def worker_exit(server, worker):
    """What waits is committed, what is open is closed."""
    processes.stop_web()


def child_exit(server, worker):
    """A web process is gone: what it told of the present is taken back."""
    counters.ended(worker.pid)


def on_exit(server):
    """Nothing is left behind."""
    processes.forget_figures(figures)
