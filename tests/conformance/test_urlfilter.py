"""AdGuard's syntax, by the tests of urlfilter and AdGuard Home and by AdGuard's documents: what its
rules do to a question.
"""

from pathlib import Path

import pytest

from tests.conformance.cases import Case, cases
from tests.conformance.play import Playing
from tests.support.resolver import CLIENT

GROUPS = {"Mom": "10.9.9.1", "Guest": "10.9.9.2", "Frank's laptop": "10.9.9.3"}
SETTINGS = "dns: {allow_from: [0.0.0.0/0, '::/0']}\ngroups:\n" + "".join(
    f'  - {{name: "{name}", clients: [{address}]}}\n' for name, address in GROUPS.items()
)
CASES = list(cases("urlfilter.txt", format="adblock"))


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_rule(case: Case, tmp_path: Path) -> None:
    playing = Playing(tmp_path, *case.lists, settings=SETTINGS)
    client = GROUPS.get(case.client.removeprefix("group "), case.client) or CLIENT
    outcome = playing.ask(case.question, client)
    expected, _, rule = case.expected.partition(" by ")
    assert outcome.decision == expected
    assert not rule or outcome.rule == rule.strip("@/") or outcome.rule == rule
    assert playing.sources[1]["bad"] == 0
    if expected in ("allow", "pass"):
        assert outcome.action in ("forwarded", "local")
    else:
        assert outcome.forwarded == 0
        assert (outcome.rcode == "REFUSED") == case.question.startswith("refused")
