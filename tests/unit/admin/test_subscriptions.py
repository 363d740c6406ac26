"""The refresher of a server: its lists are the plan's, its upstreams the generation's."""

from pathlib import Path

from blocker.admin.subscriptions import refresher_of
from tests.support.backend import Admin, play
from tests.support.upstream import ScriptedUpstream

LIST = "subscriptions: [{name: one, source: 'https://lists.example/a', refresh: 1h}]\n"


def test_it_follows_a_reload(tmp_path: Path) -> None:
    async def scenario(admin: Admin) -> None:
        refresher = refresher_of(admin.generations)
        assert refresher.shown() == []
        admin.configure(LIST)
        await admin.generations.reload()
        assert [(each.name, each.state) for each in refresher.shown()] == [("one", "missing")]
        assert refresher.source("one").refresh == 3600

    play(tmp_path, scenario)


def test_the_upstreams_in_force_are_asked_but_not_those_for_zones(tmp_path: Path) -> None:
    with ScriptedUpstream() as upstream, ScriptedUpstream() as inner:
        upstream.on("lists.example", "address:10.0.0.1")
        said = f"[{upstream.url}, {{url: '{inner.url}', zones: [example]}}]"

        async def scenario(admin: Admin) -> None:
            admin.config.write_text(
                f"state: {admin.state}\nlists: {admin.config.parent}/lists\nupstreams: {said}\n"
                + LIST
            )
            await admin.generations.reload()
            refresher = refresher_of(admin.generations)
            await refresher._downloads.refresh(refresher.source("one"))
            assert "10.0.0.1, which is no public address" in refresher.shown()[0].error

        play(tmp_path, scenario)
        assert upstream.asked("lists.example")
        assert not inner.log
