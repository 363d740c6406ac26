"""openapi.json: made of the same models that validate, so it cannot say anything else."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from itertools import chain
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from blocker import __version__
from blocker.admin.api.endpoint import Endpoint

REF = "#/components/schemas/{model}"


class ProblemDetails(BaseModel):
    """Problem details (RFC 9457)."""

    title: str
    status: int
    detail: str = Field(description="What to do instead.")
    errors: list[dict[str, Any]] = Field(default=[], description="Each fault and its place.")


def openapi(endpoints: Iterable[Endpoint], base: str) -> dict[str, Any]:
    endpoints = list(endpoints)
    taken = [(endpoint.takes, "validation") for endpoint in endpoints]
    given = [(endpoint.gives, "serialization") for endpoint in endpoints]
    models = [*taken, *given, (ProblemDetails, "serialization")]
    names, schemas = models_json_schema(models, ref_template=REF)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, endpoints, names, schemas["$defs"])
        paths.setdefault(f"{base}{endpoint.path}", {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "blocker", "version": __version__, "description": _ABOUT},
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(map(_tag, endpoints))],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "responses": {
                _name(status): {
                    "description": f"{status.phrase}: {_WHEN.get(status, 'see the detail.')}",
                    "content": {
                        "application/problem+json": {
                            "schema": names[ProblemDetails, "serialization"],
                            "example": {
                                "title": status.phrase,
                                "status": status.value,
                                "detail": "what to do instead",
                            },
                        },
                    },
                }
                for status in _used(endpoints)
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`blocker token create --name NAME --scope read|rules|admin`",
                }
            },
        },
    }


def _operation(
    endpoint: Endpoint, endpoints: Sequence[Endpoint], names: Any, schemas: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [_tag(endpoint)],
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
    for status in _refuses(endpoint):
        reference = {"$ref": f"#/components/responses/{_name(status)}"}
        operation["responses"][str(status.value)] = reference
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


def _refuses(endpoint: Endpoint) -> list[HTTPStatus]:
    """What it can be answered beside its own."""
    changing = () if endpoint.method == "GET" else (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
    return sorted({*_ALWAYS_POSSIBLE, *changing, *endpoint.refuses})


def _used(endpoints: Iterable[Endpoint]) -> list[HTTPStatus]:
    return sorted(set(chain.from_iterable(map(_refuses, endpoints))))


def _tag(endpoint: Endpoint) -> str:
    return endpoint.path.partition("/")[0]


def _name(status: HTTPStatus) -> str:
    """`NotFound`"""
    return status.phrase.title().replace(" ", "").replace("-", "")


_ABOUT = (
    "Bodies are JSON, of at most 64 KiB. Every error is a problem (RFC 9457) that says what to do. "
    "A token of scope `rules` may do what one of scope `read` may, and more; one of scope `admin` "
    "all. "
    "After five wrong tokens in 15 minutes an address is locked out for 15 minutes, "
    "whatever token it sends then. What is changed is answered when every worker obeys it."
)
_WHEN = {
    HTTPStatus.BAD_REQUEST: "the body is no JSON, or the request no HTTP.",
    HTTPStatus.UNAUTHORIZED: "the token is missing or wrong.",
    HTTPStatus.FORBIDDEN: "the token has another scope, or the page another origin.",
    HTTPStatus.NOT_FOUND: "nothing has that name.",
    HTTPStatus.CONFLICT: "it has changed meanwhile; read it again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "a body may have 64 KiB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "changes are taken as application/json.",
    HTTPStatus.MISDIRECTED_REQUEST: "the Host header has a name that is not ours.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "it does not fit, or cannot be done.",
    HTTPStatus.TOO_MANY_REQUESTS: "too many wrong tokens came from there; see Retry-After.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "a fault of this program.",
    HTTPStatus.SERVICE_UNAVAILABLE: "not at present: the disk is full, say.",
}
_ALWAYS_POSSIBLE = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
