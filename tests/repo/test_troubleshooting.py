"""TROUBLESHOOTING.md: each symptom has one command that shows it, and each command is there.

The commands of blocker, with their options, are looked at by test_documents.py.
"""

import re

import pytest

from tests.support.source import ROOT

TEXT = (ROOT / "TROUBLESHOOTING.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^##+ (.+)$", TEXT, re.MULTILINE)
SECTIONS = dict(zip(HEADINGS, re.split(r"^##+ .+$", TEXT, flags=re.MULTILINE)[1:], strict=True))
# Programs that Debian has, by the package that a reader would install.
OTHERS = {"dig": "bind9-dnsutils", "ip": "iproute2", "nft": "nftables", "df": "coreutils"}
WITHOUT = {"Still at a loss"}


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_symptom_has_one_command_and_then_what_to_do(heading: str) -> None:
    if heading in WITHOUT:
        return
    before, fence, rest = SECTIONS[heading].partition("```\n")
    command, end, after = rest.partition("```\n")
    assert fence, "one command that shows it"
    assert end
    assert not before.strip(), "the command comes first"
    (line,) = command.splitlines()
    program = line.removeprefix("sudo ").split()[0]
    assert program == "blocker" or program in OTHERS
    assert len(after.split()) > 15, "and what to do then"


@pytest.mark.parametrize(
    "symptom",
    [
        "Nothing is blocked", "stopped working", "site or an app is broken", "still sees ads",
        "IPv6", "Private DNS", "Private Relay", "secure DNS", "port 53", "Dashboards", "slow",
        "disk", "token", "upgrade",
    ],
)  # fmt: skip
def test_what_people_come_with_has_a_heading(symptom: str) -> None:
    assert any(symptom.lower() in heading.lower() for heading in HEADINGS)


def test_links_inside_the_page_lead_to_a_heading() -> None:
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in HEADINGS
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors


def test_a_command_in_a_sentence_stands_on_one_line() -> None:
    """Otherwise nobody can copy it, and test_documents.py does not see it."""
    prose = re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if line.count("`") % 2] == []
