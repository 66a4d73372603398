"""HTTP: who is answered, what is read, what is sent; routes say what they mean and this floor knows the protocol."""

from typing import Any

from flask import Flask, Response, current_app, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import IntegerConverter

from webapp import __version__
from webapp.errors import FieldError, Invalid, Problem
from webapp.web import answers, forms, jsonio, negotiate, openapi, problems, security, validate
from webapp.web.answers import Answer, Finished


def init_app(app: Flask, settings: Any = None) -> None:
    """The app answers as the contract says: gate, headers, request ids, problems, OPTIONS, /openapi.json.

    settings: those of `config.load`; left out, loopback and the local names alone are answered. Call it once, before
    the first request. Little is done per request: the gate is plain WSGI, and one look at the query.
    """
    app.session_interface = _NoSession()
    app.url_map.converters["int"] = _Id
    app.config["CURSOR_KEY"] = _cursor_key(settings)
    app.config["MAX_CONTENT_LENGTH"] = None  # each reader says its own
    app.jinja_env.globals.setdefault("typed", {})
    app.jinja_env.globals.setdefault("errors", [])
    app.make_default_options_response = _options  # type: ignore[method-assign]
    app.before_request(_check_query)
    problems.register(app)
    app.add_url_rule("/openapi.json", "openapi", _openapi)
    app.wsgi_app = security.Gate(forms.MethodOverride(app.wsgi_app), settings)  # type: ignore[method-assign]


def _cursor_key(settings: Any) -> bytes:
    if settings is None:
        return b""
    from hashlib import blake2b

    from webapp import config

    return blake2b(config.secret_key(settings), digest_size=32, person=b"cursor").digest()


class _NoSession(SessionInterface):
    """The framework's signed cookie is not used: there is nothing to open and nothing to keep."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Any) -> Any:
        return self._none

    def is_null_session(self, obj: object) -> bool:
        return True


class _Id(IntegerConverter):
    """An id in an address: one that no database can hold is no address."""

    regex = r"[0-9]{1,18}"


def _options() -> Response:
    from flask.globals import request_ctx

    allowed = request_ctx.url_adapter.allowed_methods() if request_ctx.url_adapter else []  # type: ignore[union-attr]
    return Answer(b"", 204, [("Allow", ", ".join(sorted(allowed))), answers.VARY])


def _check_query() -> None:
    asked = request._get_current_object()  # type: ignore[attr-defined]  # each look through the proxy costs a microsecond
    environ, rule = asked.environ, asked.url_rule
    if rule is None:
        return
    environ["takings.rule"] = rule.rule  # by which the gate counts it
    if not environ["QUERY_STRING"]:
        return
    operation = openapi.registry.find(request.method, rule.rule)
    if operation is None or operation.names.issuperset(request.args):
        return
    if "html" in operation.faces and negotiate.face(*operation.faces) == "html":
        return
    said = "There is no such query name here."
    unknown = [name for name in request.args if name not in operation.names]
    errors = [FieldError(None, "unknown_field", said, parameter=name) for name in unknown]
    raise validate.with_more(Invalid("", *errors), _refused_besides(operation))


def _refused_besides(operation: openapi.Operation) -> list[FieldError]:
    """What a list or figures refuse of the names that they know; only the view itself can tell."""
    if operation.method != "GET" or operation.names.isdisjoint(("limit", "period")):
        return []
    view: Any = current_app.view_functions[request.endpoint or ""]
    try:
        view(**request.view_args or {}).close()
    except Invalid as problem:
        return problem.errors
    except Problem:
        pass
    return []


_said: dict[frozenset[Any], Finished] = {}


@openapi.api("GET", "/openapi.json", summary="This document", response={"application/json": {"type": "object"}})
def _openapi() -> Response:
    known = frozenset(openapi.registry.operations)
    if known not in _said:
        _said[known] = Finished(jsonio.to_bytes(openapi.document(__version__)), answers.JSON)
    return answers.send(_said[known])
