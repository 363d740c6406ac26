"""lists, as called: what there is, a check, a change, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from blocker.tokens import TokenStore
from tests.support.backend import Admin, play
from tests.support.lists import XIAOMI, entry

OWN = "vendor: xiaomi\nentries:\n" + entry("own.mi.com")


async def call(
    admin: Admin,
    method: str,
    path: str,
    body: Any = None,
    *,
    status: int = 200,
    scope: str = "admin",
) -> Any:
    tokens = TokenStore(admin.state)
    token = tokens.create(f"t{len(tokens.tokens())}", scope)  # type: ignore[arg-type]
    response = await admin.client.request(
        method, f"/api/v1/{path}", json=body, headers={"Authorization": f"Bearer {token}"}
    )
    told = await response.json()
    assert response.status == status, told
    return told


async def put(admin: Admin, text: str, *, status: int = 200, name: str = "xiaomi") -> Any:
    etag = (await call(admin, "GET", f"lists/{name}"))["etag"]
    body = {"text": text, "expects": etag}
    return await call(admin, "PUT", f"lists/{name}", body, status=status)


def test_files_and_what_of_them_is_in_force(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await put(admin, OWN)
        told = await call(admin, "GET", "lists", scope="read")
        assert told["version"] == admin.generations.in_force.catalogue
        assert "+" in told["version"]
        assert told["overlay"] == f"{admin.state}/lists.d"
        shown = [
            (each["list"], each["origin"], each["entries"], each["kept"], each["zones"])
            for each in told["files"]
        ]
        assert shown == [
            ("lists/keep.yaml", "shipped", 0, 1, 0),
            ("lists/sources.yaml", "shipped", 0, 0, 0),
            ("lists/vendors/xiaomi.yaml", "shipped", 2, 0, 1),
            ("lists.d/vendors/xiaomi.yaml", "own", 1, 0, 0),
        ]

    play(tmp_path, scenario)


def test_a_file_is_read_checked_and_changed(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        read = await call(admin, "GET", "lists/xiaomi", scope="read")
        assert (read["shipped"], read["own"]) == (XIAOMI, "")
        checked = await call(admin, "POST", "lists/xiaomi/check", {"text": OWN})
        assert checked["problems"] == []
        assert checked["changes"] == [
            {
                "vendor": "xiaomi",
                "kind": "blocked",
                "name": "own.mi.com",
                "words": "own.mi.com: analytics (measured)",
            }
        ]
        assert admin.generations.current.number == 1
        applied = await put(admin, OWN)
        assert (applied["generation"], applied["changes"]) == (2, checked["changes"])
        read = await call(admin, "GET", "lists/xiaomi")
        assert (read["own"], read["etag"]) == (OWN, applied["etag"])
        (change,) = (await call(admin, "GET", "audit"))["changes"]
        assert (change["who"], change["what"]) == ("t3", "lists edit xiaomi")
        (setting,) = change["settings"]
        assert (setting["before"], setting["after"]) == ({"text": ""}, {"text": OWN})

    play(tmp_path, scenario)


def test_faults_have_their_lines(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        wrong = OWN.replace("analytics", "analytic")
        (problem,) = (await call(admin, "POST", "lists/xiaomi/check", {"text": wrong}))["problems"]
        assert (problem["line"], problem["where"]) == (5, "entries[own.mi.com].purpose")
        assert problem["instead"] == "did you mean analytics?"
        assert problem["file"] == f"{admin.state}/lists.d/vendors/xiaomi.yaml"
        refused = await put(admin, wrong, status=422)
        assert [error["line"] for error in refused["errors"]] == [5]
        assert admin.generations.current.number == 1

    play(tmp_path, scenario)


def test_what_changed_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        first = await call(admin, "GET", "lists/xiaomi")
        await put(admin, OWN)
        body = {"text": "", "expects": first["etag"]}
        assert (
            "read it again"
            in (await call(admin, "PUT", "lists/xiaomi", body, status=409))["detail"]
        )

    play(tmp_path, scenario)


def test_keep_and_sources_are_edited_alike(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        kept = "{name: tracking.miui.com, purpose: config, reason: R, evidence: [paper]}"
        applied = await put(admin, f"keep: [{kept}]\n", name="keep")
        assert [each["kind"] for each in applied["changes"]] == ["kept", "unblocked"]

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    "path",
    ["lists/..%2F..%2Fetc", "lists/%2e%2e", "lists/xiaomi.yaml", "lists/Xiaomi", "lists/a%00b",
     "lists/%2Fetc%2Fpasswd", "lists/..%5C..%5Cx", "lists/-x", "lists/" + "x" * 65],
)  # fmt: skip
def test_no_name_leads_out_of_the_folders(tmp_path: Path, path: str) -> None:
    async def scenario(admin: Admin) -> None:
        before = files(tmp_path)
        token = TokenStore(admin.state).create("one", "admin")
        headers = {"Authorization": f"Bearer {token}"}
        body = {"text": OWN, "expects": ""}
        for method, end in (("GET", ""), ("PUT", ""), ("POST", "/check")):
            url = f"{admin.client.make_url('/')}api/v1/{path}{end}"
            sent = None if method == "GET" else body
            async with admin.client.session.request(
                method, URL(url, encoded=True), json=sent, headers=headers
            ) as response:
                assert response.status in (404, 422), (method, path)
                assert "root:" not in await response.text()
        assert files(tmp_path) - before == {admin.state / "tokens.json"}

    play(tmp_path, scenario)


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize("text", ["\ud800", "x" * 60_001, 7, None])
def test_what_is_no_file(tmp_path: Path, text: Any) -> None:
    async def scenario(admin: Admin) -> None:
        await call(admin, "POST", "lists/xiaomi/check", {"text": text}, status=422)

    play(tmp_path, scenario)


def test_who_may_only_read_changes_nothing(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        body = {"text": OWN, "expects": ""}
        await call(admin, "PUT", "lists/xiaomi", body, status=403, scope="read")
        await call(admin, "POST", "lists/xiaomi/check", {"text": OWN}, status=403, scope="read")

    play(tmp_path, scenario)
