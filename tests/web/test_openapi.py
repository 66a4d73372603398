import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tests.web.conftest import Thing
from webapp.web import fields, openapi
from webapp.web.openapi import Query, Registry, api


class Out(fields.Output):
    """What goes out."""

    id: int
    price: fields.MoneyOut
    at: fields.Instant
    change: fields.Ratio | None
    of: Thing | None = None


@pytest.fixture
def document():
    into = Registry()
    query = [*openapi.FILTERS, *openapi.PERIODS, *openapi.COMPARE, *openapi.PAGING, "q", Query("top", "", int)]
    routes = [
        api("GET", "/", summary="Today", faces=openapi.READ, into=into),
        api("GET", "/things", summary="List", query=query, response=Out, faces=openapi.LIST, errors=[422], into=into),
        api("POST", "/things", summary="Make", request=Thing, form=True, response=Out, status=201, into=into),
        api("GET", "/things/<int:thing_id>", summary="One", response=Out, errors=[404], into=into),
        api("DELETE", "/things/<thing>", summary="Away", status=204, into=into),
        api("POST", "/things/batch", summary="Many", request={"application/x-ndjson": {"type": "string"}}, into=into),
        api("GET", "/files/<path:name>.csv", summary="A file", response={"text/csv": {"type": "string"}}, into=into),
    ]  # fmt: skip
    for route in routes:
        assert route(test_a_route_stays_as_it_is) is test_a_route_stays_as_it_is
    return into.document()


def test_a_route_stays_as_it_is():
    into = Registry()

    @api("GET", "/x", summary="X", query=["a"], into=into)
    def route():
        return 1

    assert route() == 1
    assert into.find("GET", "/x") is into.find("HEAD", "/x")
    assert into.find("GET", "/x").names == {"a", "format"}
    assert into.find("POST", "/x") is None


def test_the_document_is_valid(document):
    validate(document, cls=OpenAPIV31SpecValidator)
    assert json.loads(json.dumps(document)) == document


def test_the_document_says_what_validates(document):
    name = document["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    said = document["components"]["schemas"][name.rpartition("/")[2]]

    assert said["additionalProperties"] is False and said["required"] == ["name"]
    assert said["properties"]["name"] == {"type": "string", "maxLength": 200, "minLength": 1, "title": "Name"}
    line = next(value for key, value in document["components"]["schemas"].items() if key.startswith("Line"))
    assert line["properties"]["quantity"] | {"title": ""} == {
        "type": "integer", "minimum": 1, "maximum": 1_000_000, "title": "",
    }  # fmt: skip


def test_every_post_takes_a_key_and_every_operation_can_refuse(document):
    for path in document["paths"].values():
        for method, operation in path.items():
            assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
            names = {one["name"] for one in operation.get("parameters", [])}
            assert ("Idempotency-Key" in names) == (method == "post")


def test_paths_and_their_parameters_are_as_flask_has_them(document):
    assert set(document["paths"]) == {
        "/", "/things", "/things/{thing_id}", "/things/{thing}", "/things/batch", "/files/{name}.csv",
    }  # fmt: skip
    [place] = document["paths"]["/things/{thing_id}"]["get"]["parameters"]
    assert place["schema"] == {"type": "integer", "minimum": 0} and place["required"]


def test_the_app_serves_its_document(client):
    said = client.get("/openapi.json")
    assert said.status_code == 200 and said.json["openapi"].startswith("3.1")
    assert "/things" in said.json["paths"] and said.headers["ETag"]
    validate(said.json, cls=OpenAPIV31SpecValidator)
