"""Whatever goes wrong becomes the same kind of answer, and says what to do."""

import asyncio
import json
import logging
from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.test_utils import make_mocked_request
from pydantic import BaseModel, ValidationError

from blocker.admin.problem_details import Refusal, _status_of, problem_details
from blocker.asked.present import NotPossible, Unknown
from blocker.errors import BlockerError, Problem, Problems, StartError
from blocker.store import StoreError
from blocker.store.history import CannotUndo, NoSuchChange
from blocker.tokens import NoSuchToken, TokenExists


class Takes(BaseModel):
    number: int


def answer_to(error: Exception | None) -> web.Response:
    async def respond(request: web.Request) -> web.StreamResponse:
        if error is not None:
            raise error
        return web.Response(text="fine")

    async def ask() -> web.Response:
        response = await problem_details(make_mocked_request("GET", "/"), respond)
        assert isinstance(response, web.Response)
        return response

    return asyncio.run(ask())


def problem(response: web.Response) -> dict[str, object]:
    assert response.content_type == "application/problem+json"
    body: dict[str, object] = json.loads(response.text or "")
    assert body["status"] == response.status
    assert body["title"] == HTTPStatus(response.status).phrase
    assert body["detail"]
    return body


def test_what_goes_right_is_left_alone() -> None:
    assert answer_to(None).text == "fine"


def test_a_refusal_with_its_headers() -> None:
    refusal = Refusal(HTTPStatus.UNAUTHORIZED, "send a token", headers={"WWW-Authenticate": "x"})
    response = answer_to(refusal)
    assert response.headers["WWW-Authenticate"] == "x"
    assert problem(response)["detail"] == "send a token"


def test_faults_of_files_keep_their_lines() -> None:
    fault = Problem("blocker.yaml", 3, "dns.listen", "is wrong", "write it right")
    body = problem(answer_to(Problems([fault])))
    assert body["status"] == 422
    assert body["detail"] == "blocker.yaml:3: dns.listen: is wrong; write it right"
    assert body["errors"] == [
        {
            "file": "blocker.yaml",
            "line": 3,
            "where": "dns.listen",
            "what": "is wrong",
            "instead": "write it right",
        }
    ]


def test_other_errors_that_a_person_can_put_right() -> None:
    assert problem(answer_to(StartError("do this")))["detail"] == "do this"


def test_a_body_that_does_not_fit_says_where() -> None:
    with pytest.raises(ValidationError) as caught:
        Takes.model_validate({"number": "x"})
    body = problem(answer_to(caught.value))
    errors = body["errors"]
    assert isinstance(errors, list)
    assert errors[0]["where"] == "number"
    assert "x" not in str(body["detail"])


@pytest.mark.parametrize(
    "error, status",
    [
        (web.HTTPNotFound(), 404),
        (web.HTTPRequestEntityTooLarge(max_size=1, actual_size=2), 413),
        (web.HTTPBadRequest(), 400),
    ],
)
def test_what_the_framework_refuses(error: web.HTTPException, status: int) -> None:
    assert problem(answer_to(error))["status"] == status


def test_another_method_is_named() -> None:
    response = answer_to(web.HTTPMethodNotAllowed("GET", ["POST"]))
    assert response.headers["Allow"] == "POST"
    assert "Allow" in str(problem(response)["detail"])


def test_a_fault_of_ours_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    body = problem(answer_to(RuntimeError("secret")))
    assert body["status"] == 500
    assert "secret" not in json.dumps(body)
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    "error, status",
    [
        (Unknown("no such"), 404),
        (NoSuchChange("no such"), 404),
        (NoSuchToken("no such"), 404),
        (NotPossible("not now"), 409),
        (CannotUndo("not now"), 409),
        (TokenExists("not now"), 409),
        (StoreError("the disk is full"), 503),
        (BlockerError("never"), 422),
    ],
)
def test_what_is_not_there_and_what_cannot_be_now(error: BlockerError, status: int) -> None:
    assert _status_of(error) == status


def test_what_is_no_http_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("aiohttp.server")
    for error, traces in ((BadHttpMessage("no"), 0), (RuntimeError("a fault"), 1)):
        caplog.clear()
        log.error("Error handling request", exc_info=error)
        assert len(caplog.records) == traces
