"""Response policy zones, by the scenarios of Unbound and the draft."""

from pathlib import Path

import pytest

from tests.conformance.cases import Case, cases
from tests.conformance.play import Listed, Playing
from tests.support.resolver import CLIENT

HEAD = "$TTL 3600\n@ SOA ns host 1 7200 900 1209600 86400\n  NS ns\n"
ANYBODY = "dns: {allow_from: [0.0.0.0/0, '::/0']}\n"
CASES = list(cases("rpz.txt", format="rpz"))


def played(folder: Path, case: Case) -> Playing:
    zones = [Listed(HEAD + each.text, each.said) for each in case.lists]
    return Playing(folder, *zones, settings=ANYBODY, upstream=case.upstream)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_zone(case: Case, tmp_path: Path) -> None:
    playing = played(tmp_path, case)
    head, _, answers = case.expected.partition(" : ")
    rcode, *flags = head.split()
    for _ in range(3):  # from an upstream, from what it said, and from the ready replies
        outcome = playing.ask(case.question, case.client or CLIENT, tcp=case.tcp)
        assert outcome.rcode == rcode
        assert " | ".join(outcome.answers) == answers
        assert outcome.flags == set(flags)
        playing.resolver.wait(1)


def test_r034_how_long_it_may_be_kept_stays_as_the_zone_says(tmp_path: Path) -> None:
    playing = Playing(
        tmp_path,
        Listed(HEAD + "a.foo 120 A 10.99.99.99", {"format": "rpz"}),
        upstream=["b.foo. 300 CNAME a.foo.", "a.foo. 300 A 10.1.1.1"],
    )
    assert playing.ask("b.foo A").ttls == [300, 120]
    playing.resolver.wait(3)
    repeated = playing.ask("b.foo A")
    assert (repeated.ttls, repeated.forwarded) == ([297, 120], 0)


def test_r073_what_is_stale_is_filtered_too(tmp_path: Path) -> None:
    drop = Listed(HEAD + "24.0.2.0.192.rpz-ip CNAME rpz-drop.", {"format": "rpz"})
    playing = Playing(
        tmp_path,
        drop,
        upstream=["www.example.test2. 1 A 192.0.2.1", "b.test2. 1 A 198.51.100.1"],
    )
    assert playing.ask("www.example.test2 A").rcode == "NO-ANSWER"
    assert playing.ask("b.test2 A").data == ["198.51.100.1"]
    playing.resolver.wait(60)
    playing.resolver.upstream_fails()
    assert playing.ask("www.example.test2 A").rcode == "NO-ANSWER"
    assert playing.ask("b.test2 A").data == ["198.51.100.1"]  # stale, and not filtered
