"""One row is route, validation and answer at once."""

from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web

from blocker.admin.api.endpoint import Backend, Body, Endpoint, Nothing
from blocker.admin.problem_details import Refusal
from tests.support.backend import Admin, play


class Asked(Body):
    number: int


class Given(Body):
    twice: int


async def double(backend: Backend, asked: Asked) -> Given:
    return Given(twice=asked.number * 2)


class Named(Body):
    name: str


class Text(Body):
    twice: str


async def repeat(backend: Backend, asked: Named) -> Text:
    return Text(twice=asked.name * 2)


PUT = Endpoint("PUT", "double/{name}", "admin", "Twice as long", Named, Text, repeat)
GET = Endpoint("GET", "double", "read", "Twice as much", Asked, Given, double)
POST = Endpoint("POST", "double", "admin", "Twice as much", Asked, Given, double)


class Request:
    """As much of a request as an endpoint looks at."""

    def __init__(
        self, app: object, query: dict[str, str], body: bytes, match_info: dict[str, str]
    ) -> None:
        self.app = app
        self.query = query
        self.match_info = match_info
        self._body = body

    async def read(self) -> bytes:
        return self._body


async def serve(
    admin: Admin,
    endpoint: Endpoint,
    query: dict[str, str] | None = None,
    body: bytes = b"",
    **in_path: str,
) -> str:
    request = Request(admin.client.app, query or {}, body, in_path)
    response = await endpoint.serve(request)  # type: ignore[arg-type]
    assert isinstance(response, web.Response)
    assert response.content_type == "application/json"
    return response.text or ""


def test_a_query_string_and_a_body_are_validated_alike(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert await serve(admin, GET, {"number": "21"}) == '{"twice":42}'
        assert await serve(admin, POST, body=b'{"number": 21}') == '{"twice":42}'
        for wrong in ({}, {"number": "x"}, {"number": "1", "more": "2"}):
            with pytest.raises(ValueError, match="validation error"):
                await serve(admin, GET, wrong)

    play(tmp_path, scenario)


def test_a_whole_number_is_an_integer_however_it_is_written(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert await serve(admin, POST, body=b'{"number": 2.1e1}') == '{"twice":42}'
        for body in (b'{"number": 2.5}', b'{"number": 1e999}', b'{"number": NaN}'):
            with pytest.raises(ValueError, match="validation error"):
                await serve(admin, POST, body=body)

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    "body", [b'{"number": "21"}', b'{"number": true}', b'{"number": "\\ud800"}']
)
def test_json_has_types(tmp_path: Path, body: bytes) -> None:
    async def scenario(admin: Admin) -> None:
        with pytest.raises(ValueError, match="validation error"):
            await serve(admin, POST, body=body)

    play(tmp_path, scenario)


def test_the_path_has_the_last_word(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        assert await serve(admin, PUT, name="a") == '{"twice":"aa"}'
        assert await serve(admin, PUT, body=b'{"name": "b"}', name="a") == '{"twice":"aa"}'
        with pytest.raises(ValueError, match="validation error"):
            await serve(admin, PUT, body=b"[]", name="a")

    play(tmp_path, scenario)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 50_000, b"NaN{"])
def test_what_is_no_json_is_refused(tmp_path: Path, body: bytes) -> None:
    async def scenario(admin: Admin) -> None:
        with pytest.raises(Refusal) as caught:
            await serve(admin, POST, body=body)
        assert caught.value.status == HTTPStatus.BAD_REQUEST

    play(tmp_path, scenario)


def test_nothing_takes_nothing() -> None:
    Nothing.model_validate({})
    with pytest.raises(ValueError, match="Extra inputs"):
        Nothing.model_validate({"more": 1})
