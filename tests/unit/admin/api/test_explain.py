"""explain answers by what is in force, pauses and rules included."""

from pathlib import Path
from typing import Any

from blocker.tokens import TokenStore
from tests.support.backend import Admin, play
from tests.support.upstream import ScriptedUpstream


async def explain(admin: Admin, status: int = 200, **query: str) -> Any:
    token = TokenStore(admin.state).create(f"t{len(query)}{abs(hash(str(query)))}", "read")
    headers = {"Authorization": f"Bearer {token}"}
    response = await admin.client.get("/api/v1/explain", params=query, headers=headers)
    assert response.status == status
    return await response.json()


def test_a_listed_name(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await explain(admin, name="Tracking.MIUI.com.")
        assert told["action"] == "block"
        assert told["rule"]["list"] == "lists/vendors/xiaomi.yaml"
        assert told["evidence"] == [{"key": "paper", "title": "P", "url": "https://example.org/p"}]
        assert told["answer"]["records"] == ["0.0.0.0"]
        assert (await explain(admin, name="update.miui.com"))["layer"] == "keep"
        assert (await explain(admin, name="other.example"))["action"] == "pass"

    play(tmp_path, scenario)


def test_what_a_reload_changed(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        admin.configure("rules: {allow: [tracking.miui.com]}\nblocking: {answer: nxdomain}\n")
        await admin.generations.reload()
        assert (await explain(admin, name="tracking.miui.com"))["layer"] == "user"

    play(tmp_path, scenario)


def test_during_a_pause_nothing_is_blocked(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        await admin.pause(60)
        assert (await explain(admin, name="tracking.miui.com"))["action"] == "pass"

    play(tmp_path, scenario)


def test_a_client_from_elsewhere_is_refused(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        told = await explain(admin, name="a.example", client="198.51.100.1")
        assert told["answer"]["rcode"] == "REFUSED"

    play(tmp_path, scenario)


def test_an_alias_is_asked_for_when_told_to(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        with ScriptedUpstream() as upstream:
            upstream.on("cloak.example", "alias:tracking.miui.com")
            admin.configure("")
            text = admin.config.read_text().replace("udp://192.0.2.53", upstream.url)
            admin.config.write_text(text)
            await admin.generations.reload()
            assert (await explain(admin, name="cloak.example"))["action"] == "pass"
            told = await explain(admin, name="cloak.example", resolve="true")
            assert (told["action"], told["alias"]) == ("block", "tracking.miui.com")

    play(tmp_path, scenario)


def test_what_is_no_name_type_or_client(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        for query in (
            {"name": "a..b"},
            {"name": "a", "type": "NOPE"},
            {"name": "a", "client": "b"},
        ):
            assert (await explain(admin, 422, **query))["detail"]

    play(tmp_path, scenario)
