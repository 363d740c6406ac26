"""Lists as blocky reads them: lines, hosts files, names and whole lists, by its own cases."""

from pathlib import Path

import pytest

from blocker.catalog.formats import domains
from blocker.catalog.formats.key import key_of
from blocker.catalog.formats.sniff import recognise
from blocker.catalog.subscriptions import FORMATS
from blocker.config.records import read_hosts
from blocker.core.names import from_text, trie_key
from blocker.errors import Problem
from blocker.hostsfile import hosts_line
from tests.support.reading import Told, read

LONG = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"  # 63 letters

# What a line comes to: "=name", "name" for it and all below, "/expression/", "address"; "" nothing.
LINES = {
    "B002": ("127.0.0.1 domain.tld # comment", "=domain.tld"),
    "B004": (r"/domain\.(tld|local)/", r"/domain\.(tld|local)/"),
    "B005": (r"/^(.*\.)?2023\.xn--aptslabs-6fd\.net$/", r"/^(.*\.)?2023\.xn--aptslabs-6fd\.net$/"),
    "B006": ("müller.com", "=xn--mller-kva.com"),
    "B007": ("*.example.com", "example.com"),
    "B009": ("xn----7sbhlqiujscje.xn--p1ai", "=xn----7sbhlqiujscje.xn--p1ai"),
    "B010": ("# comment", ""),
    "B029": ("domain.tld # comment", "=domain.tld"),
    "B030": ("belgië.icom.museum", "=xn--belgi-rsa.icom.museum"),
    "B032": ("한국.icom.museum", "=xn--3e0b707e.icom.museum"),
    "B034": ("-start-with-a-hyphen.com", "=-start-with-a-hyphen.com"),
    "B035": ("end-with-a-hyphen-.com", "=end-with-a-hyphen-.com"),
    "B085": ("sub.domain.with-hyphen.example.com", "=sub.domain.with-hyphen.example.com"),
    "B091": ("spaced-eol.example.com    # indented comment", "=spaced-eol.example.com"),
    "B094": ("::1 ipv6-hosts.example.net", "=ipv6-hosts.example.net"),
    "B099": ("*.deep.sub.wildcard.example.org", "deep.sub.wildcard.example.org"),
    "B100": ("*.MixedCaseWildcard.Example.com", "mixedcasewildcard.example.com"),
    "B102": ("/banner[._-]/", "/banner[._-]/"),
    "B103": ("münchen.example.de", "=xn--mnchen-3ya.example.de"),
    "B104": ("xn--mnchen-3ya.example.de", "=xn--mnchen-3ya.example.de"),
    "B105": ("bücher.example.com", "=xn--bcher-kva.example.com"),
    "B107": ("192.168.1.1", "192.168.1.1/32"),
    "B109": ("::1", "::1/128"),
    "B112": (f"{LONG[1:]}.example.com", f"={LONG[1:]}.example.com"),
    "B113": ("-leading-hyphen.example.com", "=-leading-hyphen.example.com"),
    "B114": ("trailing-hyphen-.example.com", "=trailing-hyphen-.example.com"),
    "B115": ("! adblock-style comment", ""),
}
REFUSED = {
    "B015": "invalid.*.wildcard",
    "B038": "/invalid regex ??/",
    "B039": "/",
    "B136": "/*/",
    "B137": "/?/",
    "B141": "/",
    "B143": "example.*",
    "B145": "*.example.*",
}
# Cases that are not followed, each with the reason.
OTHERWISE = {
    "B013": (
        "xn---mllerk1va.com",
        "=xn---mllerk1va.com",
        "whether an A-label stands for Unicode is the registry's business (RFC 5890 section 2.3.1 "
        "calls it a fake A-label); it can be asked for, so it can be blocked",
    ),
}
NAMES = {
    "B055": "example.com",
    "B067": "under_score.example.org",
    "B068": "sub.domain.with-hyphen.example.com",
    "B078": f"{LONG}.com",
}
NO_NAMES = {
    "B048": "",
    "B052": ".",
    "B053": "..",
    "B054": "...",
    "B074": "foo*bar",
    "B075": "foo#bar",
    "B077": f"{LONG}a",
    "B082": f"a.{LONG}b",
}


def said(told: Told) -> list[str]:
    """The names, rules and addresses, without their lines."""
    names = [name.partition(" ")[2] for name in told.names]
    return names + [str(rule.network) if rule.network else f"/{rule.text}/" for rule in told.rules]


def as_a_list(*lines: str) -> Told:
    """Read as a list of which nothing is known."""
    return read(FORMATS[recognise(line.encode() for line in lines)], list(lines))


@pytest.mark.parametrize("line, expected", LINES.values(), ids=LINES)
def test_a_line(line: str, expected: str) -> None:
    for told in (as_a_list(line), read(domains.items, line)):
        assert said(told) == ([expected] if expected else [])
        assert told.bad + told.ignored == []


@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED)
def test_a_line_that_is_refused(line: str) -> None:
    for told in (as_a_list(line), read(domains.items, line)):
        assert said(told) == []
        assert len(told.bad) == 1


@pytest.mark.parametrize("line, expected, reason", OTHERWISE.values(), ids=OTHERWISE)
def test_a_line_that_is_seen_otherwise(line: str, expected: str, reason: str) -> None:
    assert said(as_a_list(line)) == [expected], reason


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name(name: str) -> None:
    assert key_of(name.encode()) == trie_key(from_text(name))


@pytest.mark.parametrize("name", NO_NAMES.values(), ids=NO_NAMES)
def test_no_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        key_of(name.encode())


SPLIT = {
    "B041": (["first", "second", "third"], ["=first", "=second", "=third"]),
    "B044": (["first# comment", "second # other"], ["=first", "=second"]),
    "B045": (["first", b"last"], ["=first", "=last"]),  # without an end of line
    "B116": (["plain.test", "[Adblock Plus 2.0]"], ["=plain.test"]),
}


@pytest.mark.parametrize("lines, expected", SPLIT.values(), ids=SPLIT)
def test_several_lines(lines: list[str | bytes], expected: list[str]) -> None:
    assert said(read(domains.items, lines)) == expected


HOSTS = {
    "B016": ("127.0.0.1 localhost", ["127.0.0.1", "localhost"]),
    "B019": (
        "127.0.0.1 localhost alias1 alias2 # comment",
        ["127.0.0.1", "localhost", "alias1", "alias2"],
    ),
    "B026": ("# comment", []),
    "B027": ("  ", []),
}
NO_HOSTS = {
    "B021": "127.0.0.1",
    "B024": "::1 # localhost # comment",
    "B025": "::1 toolong" + "a" * 245,
}


@pytest.mark.parametrize("line, expected", HOSTS.values(), ids=HOSTS)
def test_a_line_of_a_hosts_file(line: str, expected: list[str]) -> None:
    found = hosts_line(line)
    assert ([str(found.address), *found.names] if found else []) == expected


@pytest.mark.parametrize("line", NO_HOSTS.values(), ids=NO_HOSTS)
def test_a_line_that_a_hosts_file_may_not_have(line: str, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(line)
    problems: list[Problem] = []
    assert read_hosts(tmp_path / "hosts", problems) == []
    assert len(problems) == 1
