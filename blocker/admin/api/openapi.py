"""openapi.json: made of the same models that validate, so it cannot say anything else."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from blocker import __version__
from blocker.admin.api.endpoint import Endpoint

REF = "#/components/schemas/{model}"


class Fault(BaseModel):
    """Problem details (RFC 9457)."""

    title: str
    status: int
    detail: str = Field(description="What to do instead.")
    errors: list[dict[str, Any]] = Field(default=[], description="Each fault and its place.")


def openapi(endpoints: Iterable[Endpoint], base: str) -> dict[str, Any]:
    endpoints = list(endpoints)
    taken = [(endpoint.takes, "validation") for endpoint in endpoints]
    given = [(endpoint.gives, "serialization") for endpoint in endpoints]
    models = [*taken, *given, (Fault, "serialization")]
    names, schemas = models_json_schema(models, ref_template=REF)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, names, schemas["$defs"])
        paths.setdefault(f"{base}{endpoint.path}", {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "blocker", "version": __version__},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, names: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": endpoint.path.replace("/", "_"),
        "description": f"Takes a token of scope {endpoint.scope}.",
        "responses": {
            "200": {
                "description": "Done.",
                "content": _json(names[endpoint.gives, "serialization"]),
            }
        },
    }
    for status in (*_ALWAYS_POSSIBLE, *endpoint.refuses):
        operation["responses"][str(status.value)] = {
            "description": status.phrase,
            "content": {
                "application/problem+json": {"schema": names[Fault, "serialization"]},
            },
        }
    taken = names[endpoint.takes, "validation"]
    if endpoint.method == "POST":
        required = bool(_schema(taken, schemas).get("required"))
        operation["requestBody"] = {"required": required, "content": _json(taken)}
    else:
        operation["parameters"] = _parameters(_schema(taken, schemas))
    return operation


def _parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema.get("properties", {}).items()
    ]


def _schema(reference: dict[str, str], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[reference["$ref"].rpartition("/")[2]]
    return found


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


_ALWAYS_POSSIBLE = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
