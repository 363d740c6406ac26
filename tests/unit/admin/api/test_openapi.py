"""The description: complete, consistent, and made of what validates."""

import json
from collections.abc import Iterator
from typing import Any

from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.admin.api.openapi import openapi
from blocker.admin.app import BASE, ENDPOINTS

SPEC = openapi(ENDPOINTS, BASE)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in SPEC["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_endpoint_is_there() -> None:
    described = {(method.upper(), path) for path, method, _ in operations()}
    assert described == {(endpoint.method, BASE + endpoint.path) for endpoint in ENDPOINTS}


def test_every_reference_leads_somewhere() -> None:
    references = {part.split('"')[0] for part in json.dumps(SPEC).split('"$ref": "#/')[1:]}
    assert references
    for reference in references:
        found = SPEC
        for step in reference.split("/"):
            found = found[step]


def test_every_operation_says_what_can_come_back() -> None:
    for _, method, operation in operations():
        assert {"200", "400", "401", "403"} <= set(operation["responses"])
        assert operation["summary"]
        assert ("requestBody" in operation) == (method in ("post", "put"))


def test_operations_have_ids_of_their_own() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(ids)) == len(ids)


class Asked(Body):
    name: str
    text: str
    note: str = ""


def test_what_stands_in_the_path_is_no_part_of_the_body() -> None:
    endpoints = [
        Endpoint(method, "things/{name}", "admin", "S", Asked, Nothing, respond)
        for method in ("PUT", "DELETE")
    ]
    operations = openapi(endpoints, "/")["paths"]["/things/{name}"]
    put, delete = operations["put"], operations["delete"]
    assert [(each["name"], each["in"]) for each in put["parameters"]] == [("name", "path")]
    body = put["requestBody"]["content"]["application/json"]["schema"]
    assert (list(body["properties"]), body["required"]) == (["text", "note"], ["text"])
    assert [(each["name"], each["in"], each["required"]) for each in delete["parameters"]] == [
        ("name", "path", True),
        ("text", "query", True),
        ("note", "query", False),
    ]
    assert put["operationId"] == "put_things_name"


async def respond(backend: Backend, asked: Asked) -> Nothing:
    return Nothing()


def test_parameters_are_those_that_are_validated() -> None:
    parameters = SPEC["paths"][f"{BASE}explain"]["get"]["parameters"]
    assert [(each["name"], each["required"]) for each in parameters] == [
        ("name", True),
        ("type", False),
        ("client", False),
        ("resolve", False),
    ]


def test_a_duration_is_described_as_it_is_written() -> None:
    body = SPEC["paths"][f"{BASE}pause"]["post"]["requestBody"]
    assert body["required"]
    schema = SPEC["components"]["schemas"]["Pause"]
    assert schema["properties"]["for"]["type"] == "string"
    assert schema["required"] == ["for"]
    assert not SPEC["paths"][f"{BASE}resume"]["post"]["requestBody"]["required"]


def test_it_is_json() -> None:
    assert json.loads(json.dumps(SPEC)) == SPEC
    assert SPEC["openapi"] == "3.1.0"


def test_a_model_has_a_name_that_a_made_client_may_carry() -> None:
    # Two models of one name would be told apart by the paths of their modules.
    assert [name for name in SPEC["components"]["schemas"] if "__" in name] == []
