"""Which rules may stand on a list, by the cases of AdGuard's HostlistCompiler (Validate)."""

import pytest

from blocker.catalog.formats import adblock
from tests.support.reading import read

KEPT = {
    "V001": "0.0.0.0 example.org",
    "V002": "0.0.0.0 doubleclick.net doubleclick.com",
    "V005": "||valid.com^",
    "V006": "||example.org^",
    "V009": "||ex*.org^",
    "V012": "||example.org^$important",
    "V013": "||*.ga^$denyallow=example1.ga|example2.ga",
    "V017": "://example.org",
    "V018": "||example.org^|",
    "V022": "||*.org^$denyallow=example.com",
    "V024": "||*.example.org^",
    "V025": "||*.asia^$denyallow=fap.bar",
    "V026": "||xyz^$denyallow=example.com",
    "V028": "||*.org^$badfilter",
    "V029": "||xyz^$badfilter",
    "V031": "||*.asia^$client=192.168.0.0/24",
    "V032": "||*.com.tr^$denyallow=example.com",
    "V043": "||example.uk^",
}
DROPPED = {
    "V010": "||org^",
    "V014": "1.1.1.1$denyallow=001114.cn",
    "V020": "@@||example.com^*-tracking.js",
    "V023": "||*.asia^",
    "V027": "||xyz^",
    "V033": "||*.com.tr^",
    "V038": "*.org^",
    "V042": "@@.uk^",
    "V048": "||a-^",
    "V050": "||org..^",
    "V052": "||.foo^",
    "V053": "||foo.^",
    "V056": "@@||a..b^",
}
# Cases that are not followed, each with the reason.
OTHERWISE = {
    "V007": (
        "||185.149.120.173^",
        "AdGuard Home, Technitium and blocky block answers that lead to a listed address, and its "
        "own compiler has a second transformation, ValidateAllowIp, that keeps such rules",
    ),
}


@pytest.mark.parametrize("rule", KEPT.values(), ids=KEPT)
def test_kept(rule: str) -> None:
    told = read(adblock.items, rule)
    assert told.bad + told.ignored == []
    assert bool(told.names or told.rules) is ("badfilter" not in rule)


@pytest.mark.parametrize("rule", DROPPED.values(), ids=DROPPED)
def test_dropped_with_a_reason(rule: str) -> None:
    told = read(adblock.items, rule)
    assert (told.names, told.rules) == ([], [])
    assert len(told.bad + told.ignored) == 1


@pytest.mark.parametrize("rule, reason", OTHERWISE.values(), ids=OTHERWISE)
def test_kept_although_it_would_be_dropped(rule: str, reason: str) -> None:
    assert read(adblock.items, rule).rule.match == "address", reason
