"""The page: whole, without a script, and nothing in it is taken as markup."""

import copy
from html.parser import HTMLParser
from pathlib import Path

from blocker.admin.api.docs import in_words, page
from blocker.admin.api.openapi import openapi
from blocker.admin.app import BASE, ENDPOINTS
from tests.support.backend import Admin, play

SPEC = openapi(ENDPOINTS, BASE)


class Seen(HTMLParser):
    """The tags, and what is loaded or linked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in ("src", "href"):
                self.links.add(value or "")
            if name == "id":
                self.ids.add(value or "")


def test_every_operation_is_there_and_every_link_leads_somewhere() -> None:
    seen = Seen(page(SPEC))
    for methods in SPEC["paths"].values():
        assert {operation["operationId"] for operation in methods.values()} <= seen.ids
    outside = {"/api/docs/style.css", "/api/v1/openapi.json"}
    assert {link.removeprefix("#") for link in seen.links - outside} <= seen.ids
    assert not seen.tags & {"script", "style", "iframe", "img", "form", "object"}


def test_what_is_described_is_no_markup() -> None:
    hostile = "<script>alert(1)</script>'\"><img src=x onerror=1>"
    spec = copy.deepcopy(SPEC)
    operation = spec["paths"][f"{BASE}status"]["get"]
    operation["summary"] = operation["description"] = operation["operationId"] = hostile
    spec["info"]["title"] = spec["info"]["description"] = hostile
    spec["components"]["schemas"]["Status"]["description"] = hostile
    spec["components"]["schemas"][hostile] = {}
    assert not Seen(page(spec)).tags & {"script", "img"}


def test_what_a_value_may_be_is_said_in_words() -> None:
    asked = {
        each["name"]: in_words(each["schema"])
        for each in SPEC["paths"][f"{BASE}queries"]["get"]["parameters"]
    }
    assert asked["limit"] == "integer; 1 to 500; 100 if left out"
    assert asked["outcome"] == "one of blocked, allowed, would-block"
    assert asked["since"] == "date-time"
    assert in_words({"type": "boolean", "default": False}) == "boolean; false if left out"


def test_words_of_programs_stand_out_and_stay_escaped() -> None:
    spec = copy.deepcopy(SPEC)
    spec["info"]["description"] = "Say `read`, not `<b>`."
    assert "<p>Say <code>read</code>, not <code>&lt;b&gt;</code>.</p>" in page(spec)


def test_it_takes_no_token_and_has_a_strict_policy(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for path, media in (("", "text/html"), ("/style.css", "text/css")):
            response = await admin.client.get(f"/api/docs{path}")
            assert (response.status, response.content_type) == (200, media)
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "script" not in policy
        for path in ("/../../etc/passwd", "/%2e%2e/status", "/x/y", "//style.css", "/"):
            response = await admin.client.get(f"/api/docs{path}", allow_redirects=False)
            assert response.status in (401, 404), path
        rebound = {"Host": "attacker.example"}
        assert (await admin.client.get("/api/docs", headers=rebound)).status == 421

    play(tmp_path, scenario)
