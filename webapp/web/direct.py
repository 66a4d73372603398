"""A short way through the framework for addresses that hold nothing variable, such as /orders.

The router, the signals and the hooks that nobody has set cost more than an order does. The same views answer, in the same
context, with the same refusals; an address with a part that varies, another method or no route goes the framework's way.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Request, globals
from flask.ctx import AppContext, RequestContext
from werkzeug.routing import Rule

from webapp.web.answers import Answer

Way = tuple[Rule, Callable[[], Any]]


class _Address(Rule):
    """A rule that learns to build its address when it is asked to.

    Nobody asks: addresses are written where they stand. To make both builders of each rule took half the time of an app.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build(_: Rule, **values: Any) -> tuple[str, str]:
            return super(_Address, self)._compile_builder(append_unknown)(self, **values)

        return build


class Asked(Request):
    """Flask's request, which takes its environment apart when the first part of it is looked at."""

    def __init__(self, environ: dict[str, Any], populate_request: bool = True, shallow: bool = False) -> None:
        self.environ, self.shallow = environ, shallow
        if populate_request and not shallow:
            environ["werkzeug.request"] = self

    def __getattr__(self, name: str) -> Any:
        if name not in _PARTS or "headers" in self.__dict__:
            raise AttributeError(f"a request has no {name}")
        super().__init__(self.environ, populate_request=False, shallow=self.shallow)
        return getattr(self, name)


_PARTS = frozenset({"method", "scheme", "server", "root_path", "path", "query_string", "headers", "remote_addr"})


class App(Flask):
    """Flask, that knows its plain addresses by heart."""

    request_class = Asked
    url_rule_class = _Address
    _ways: dict[tuple[str, str], Way] | None = None

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The WSGI answer."""
        ways = self._ways
        if ways is None:
            ways = self._ways = self._learn()
        way = ways.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if way is None:
            return super().wsgi_app(environ, start_response)
        with _Context(self, environ, way[0]) as context:
            try:
                answer = self._answer(way[1], context)
            except Exception as error:
                answer = self.handle_exception(error)
            return answer(environ, start_response)

    def _learn(self) -> dict[tuple[str, str], Way]:
        """The plain addresses by method, once every route is known."""
        ways: dict[tuple[str, str], Way] = {}
        if self.teardown_request_funcs or self.teardown_appcontext_funcs:
            return ways
        hooks = set(self.before_request_funcs) | set(self.after_request_funcs) | set(self.url_value_preprocessors)
        for rule in self.url_map.iter_rules():
            if rule.arguments or rule.websocket or rule.redirect_to or hooks & {*rule.endpoint.split(".")[:-1]}:
                continue
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                ways.setdefault((method, rule.rule), (rule, self.view_functions[rule.endpoint]))
        return ways

    def _answer(self, view: Callable[[], Any], context: "_Context") -> Any:
        try:
            said: Any = None
            for before in self.before_request_funcs.get(None, ()):
                said = before()
                if said is not None:
                    break
            said = view() if said is None else said
        except Exception as error:
            said = self.handle_user_exception(error)
        if type(said) is Answer and not (self.after_request_funcs or context._after_request_functions):
            return said  # it is finished: there is nothing to guess, and no session to keep
        return self.process_response(self.make_response(said))


class _Context(RequestContext):
    """The context of a request whose rule is known; it is entered once, and nothing waits for its end but its files."""

    def __init__(self, app: Flask, environ: dict[str, Any], rule: Rule) -> None:
        self.app = app
        self.request = app.request_class(environ)
        self.request.json_module = app.json
        self.request.url_rule, self.request.view_args = rule, {}
        self.url_adapter = None
        self.flashes = None
        self._session = app.session_interface.open_session(app, self.request)
        self._after_request_functions = []
        self._cv_tokens = []

    def __enter__(self) -> "_Context":
        self._entered = globals._cv_app.set(AppContext(self.app)), globals._cv_request.set(self)
        return self

    def __exit__(self, *raised: Any) -> None:
        if "files" in self.request.__dict__:
            self.request.close()
        globals._cv_request.reset(self._entered[1])
        globals._cv_app.reset(self._entered[0])
        self.request.environ["werkzeug.request"] = None  # which holds the request that holds it
