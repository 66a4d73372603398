"""GET /docs: the description of the API as a page for people, made from the same document that programs read."""

import json
import shlex
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from webapp import __version__
from webapp.web import openapi, respond

blueprint = Blueprint("docs", __name__)
METHODS = ("get", "post", "patch", "put", "delete")
_JSON, _NDJSON, _MULTIPART = "application/json", "application/x-ndjson", "multipart/form-data"
_IN_PATHS = {"reference": "TEA-ICED-330"}
_DEEP = 4


class Member(NamedTuple):
    """A parameter, or a member of a body: what it is called, where it stands, what it holds."""

    name: str
    where: str
    kind: str
    needed: bool
    about: str


class Answer(NamedTuple):
    """An answer of an operation: its status, what it means, and which kinds of content it has."""

    status: str
    about: str
    kinds: list[str]


class Operation(NamedTuple):
    """One method of one address as the page shows it. curl: a command that does it, below `ORIGIN`."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    parameters: list[Member]
    body: list[Member]
    body_kinds: list[str]
    answers: list[Answer]
    answer_members: list[Member]
    curl: str


@blueprint.get("/docs")
def show() -> Response:
    """The page of every address, by what it is about."""
    context = {
        "groups": groups(len(openapi.registry.operations)), "version": __version__,
        "origin": request.host_url.rstrip("/"), "place": PLACE,
    }  # fmt: skip
    return respond.respond(page=("docs.html", context))


PLACE = "http://127.0.0.1:8000"


@cache
def groups(size: int) -> list[tuple[str, list[Operation]]]:
    """The operations by tag. size: how many are registered, so that one that comes later is not missed."""
    document = openapi.document(__version__)
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = _operation(path, method, methods[method], document["components"]["schemas"])
                found.setdefault(methods[method]["tags"][0], []).append(operation)
    return sorted(found.items())


def _operation(path: str, method: str, said: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    parameters = [
        Member(one["name"], one["in"], words(one["schema"], schemas), bool(one.get("required")), one.get("description", ""))
        for one in said.get("parameters", ())
    ]  # fmt: skip
    content = said.get("requestBody", {}).get("content", {})
    answers = [_answer(status, one) for status, one in said["responses"].items() if status != "default"]
    made: Mapping[str, Any] = next((one for status, one in said["responses"].items() if status < "4"), {})
    shown = made.get("content", {}).get(_JSON, {}).get("schema", {})
    return Operation(
        said["operationId"], method.upper(), path, said["summary"], said.get("description", ""), parameters,
        members(content.get(_JSON, {}).get("schema", {}), schemas), sorted(content), answers,
        members(shown, schemas), curl(path, method, said, schemas),
    )  # fmt: skip


def _answer(status: str, said: Mapping[str, Any]) -> Answer:
    return Answer(status, said.get("description", ""), sorted(said.get("content", {})))


# ---- Schemas in words ----


def resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself where a reference stands."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def members(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[Member]:
    """The members of an object, or of each kind of object that it may be, those of one name once."""
    schema = resolved(schema, schemas)
    found: dict[str, Member] = {}
    for kind in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        kind = resolved(kind, schemas)
        for name, one in kind.get("properties", {}).items():
            needed = name in kind.get("required", ())
            about = one.get("description", "") or resolved(one, schemas).get("description", "")
            found.setdefault(name, Member(name, "body", words(one, schemas), needed, about))
    return list(found.values())


def words(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """What a schema asks for, in words: `integer from 1 to 500`, `one of a, b, c`, `list of objects`."""
    schema = resolved(schema, schemas)
    if "enum" in schema:
        return "one of " + ", ".join(str(one) for one in schema["enum"] if one != "")
    if "const" in schema:
        return str(schema["const"])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(words(one, schemas) for one in schema[several]))
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        inner = words(schema.get("items", {}), schemas)
        return f"list of {inner if ' ' in inner else inner + 's'}"
    return kind + _bounds(schema)


def _bounds(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    if least is not None:
        return f" from {least:,}"
    if "format" in schema:
        return f" ({schema['format']})"
    return f" of at most {schema['maxLength']:,}" if "maxLength" in schema else ""


# ---- Examples ----


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that the schema allows: its own example, or what is needed alone."""
    schema = resolved(schema, schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return example(schema[several][0], schemas, depth)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object" and depth < _DEEP:
        needed = schema.get("required", ())
        return {
            name: example(one, schemas, depth + 1)
            for name, one in schema.get("properties", {}).items()
            if name in needed
        }
    if kind == "array" and depth < _DEEP:
        return [example(schema.get("items", {}), schemas, depth + 1)]
    return {"integer": max(1, int(schema.get("minimum", 1))), "number": 1.5, "boolean": True, "null": None}.get(
        str(kind), "x"
    )


def curl(path: str, method: str, said: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A command that asks for this operation."""
    for one in said.get("parameters", ()):
        if one["in"] == "path":
            path = path.replace("{" + one["name"] + "}", _IN_PATHS.get(one["name"], "1"))
    words_of = ["curl", "-s"]
    if path == "/events":
        words_of += ["-N"]
        path += "?topics=orders"
    if method not in ("get", "post"):
        words_of += ["-X", method.upper()]
    content = said.get("requestBody", {}).get("content", {})
    address = shlex.quote(PLACE + path)
    command = " ".join([*words_of, address])
    if _MULTIPART in content:
        return f"{command} \\\n  -F file=@sales.csv"
    for kind in (_JSON, _NDJSON):
        if kind in content:
            body = json.dumps(_body(content[kind], schemas), ensure_ascii=False)
            return f"{command} \\\n  -H 'Content-Type: {kind}' \\\n  -d {shlex.quote(body)}"
    return f"{command} -X POST" if method == "post" else command


def _body(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    return content["example"] if "example" in content else example(content["schema"], schemas)
