"""openapi.json: made of the same models that validate, so it cannot say anything else."""

import re
from collections.abc import Iterable, Sequence
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
        operation = _operation(endpoint, endpoints, names, schemas["$defs"])
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


def _operation(
    endpoint: Endpoint, endpoints: Sequence[Endpoint], names: Any, schemas: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": _operation_id(endpoint, endpoints),
        "description": f"Takes a token of scope {endpoint.scope}.",
        "responses": {
            "200": {
                "description": "Done.",
                "content": {endpoint.media: {"schema": names[endpoint.gives, "serialization"]}},
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
    schema, in_path = _schema(taken, schemas), endpoint.in_path
    fields = schema.get("properties", {})
    required = [name for name in schema.get("required", ()) if name not in in_path]
    if in_path:
        operation["parameters"] = [_parameter(name, "path", fields[name]) for name in in_path]
    in_query = {name: field for name, field in fields.items() if name not in in_path}
    if endpoint.has_body:
        body = {**schema, "properties": in_query, "required": required} if in_path else taken
        operation["requestBody"] = {"required": bool(required), "content": _json(body)}
    else:
        operation.setdefault("parameters", []).extend(
            _parameter(name, "query", field, required=name in required)
            for name, field in in_query.items()
        )
    return operation


def _operation_id(endpoint: Endpoint, endpoints: Sequence[Endpoint]) -> str:
    """`status`; where a path knows several methods they are told apart: `put_lists_name`."""
    path = re.sub(r"\W+", "_", endpoint.path).strip("_")
    alone = [each.path for each in endpoints].count(endpoint.path) == 1
    return path if alone or endpoint.method == "GET" else f"{endpoint.method.lower()}_{path}"


def _parameter(name: str, place: str, field: Any, *, required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": field}


def _schema(reference: dict[str, str], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[reference["$ref"].rpartition("/")[2]]
    return found


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


_ALWAYS_POSSIBLE = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
