"""Invariant: whatever octets a list holds, a format yields names, rules and reports.

Permitted: any number of reports. Not permitted: an exception, a key that is no name, a rule that a
ruleset cannot hold or RE2 cannot compile, or a line number that is not in the file.
"""

from ipaddress import ip_address

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.catalog.formats import domains, hosts
from blocker.catalog.formats.reading import Format, Lines, Reading
from blocker.catalog.formats.sniff import is_a_list, recognise
from blocker.catalog.subscriptions import FORMATS
from blocker.core.names import from_text, is_below, to_text, trie_key
from blocker.core.rule import Rule
from blocker.hostsfile import HostsLine, hosts_line
from blocker.ruleset.layout import ALLOW, BELOW, EXACT, NUMBER, decode_entry, encode_entry

_NAMES = st.sampled_from(
    ["a.org", "A.B-c.example.", "localhost", "com", "co.uk", "1.2.3.4", "xn--a.org",
     "bücher.example", "a..b", "-", ".", "*.a.org", "*", "a" * 64 + ".org", "b." * 130 + "org",
     "32.1.2.0.192.rpz-ip", "8.zz.rpz-client-ip", "x.rpz-nsip"]
).map(str.encode)  # fmt: skip
_ADDRESSES = st.sampled_from([b"0.0.0.0", b"127.0.0.1", b"::1", b"192.0.2.1", b"fe80::1%x", b"0"])
_GLUE = st.sampled_from(
    [b" ", b"\t", b"#", b" # ", b"!", b"\r\n", b"\n", b"", b"\x00", b"\xff", b"\\", b'"', b"(",
     b")", b";", b",", b"=", b"/", b"~"]
)  # fmt: skip
_SYNTAX = st.sampled_from(
    [b"||", b"^", b"@@", b"|", b"$", b"$important", b"$badfilter", b"$dnsrewrite=", b"$dnstype=~A",
     b"$client='x", b"$denyallow=", b"NOERROR;TXT;", b"/^ads\\.", b"(?i)", b"address=/", b"/#",
     b"server=/", b"host-record=", b"cname=", b"local-zone: ", b"local-data: ", b" static",
     b" redirect", b" always_null", b" transparent", b"$ORIGIN ", b"$TTL ", b" CNAME ", b" A ",
     b" IN TXT ", b" SOA ", b" HTTPS 1 . alpn=", b"rpz-passthru.", b"rpz-drop."]
)  # fmt: skip
_WRITTEN = st.lists(
    st.one_of(_NAMES, _ADDRESSES, _GLUE, _SYNTAX, st.binary(max_size=8)), max_size=40
)


@pytest.mark.parametrize("format_", FORMATS.values(), ids=FORMATS)
@settings(max_examples=200)
@given(
    parts=_WRITTEN,
    match=st.sampled_from(["auto", "exact", "subtree"]),
    action=st.sampled_from(["block", "allow"]),
    rewrites=st.booleans(),
)
def test_any_octets(
    format_: Format, parts: list[bytes], match: str, action: str, rewrites: bool
) -> None:
    lines = b"".join(parts).splitlines(keepends=True)
    reading = Reading("l", Lines("f"), Lines("f"), action, match, rewrites)  # type: ignore[arg-type]
    for item in format_(lines, reading):
        if isinstance(item, Rule):
            assert 1 <= item.line <= len(lines)
            assert decode_entry(encode_entry(item)) == item
            assert item.match != "regex" or re2.compile(item.text)
            assert (item.network is not None) is (item.match in ("address", "client"))
            assert (item.action == "local") is bool(item.records)
            name = item.name
        else:
            number, key = item
            assert not number & ~(NUMBER | EXACT | BELOW | ALLOW)
            assert number & (EXACT | BELOW) != EXACT | BELOW
            assert 1 <= number & NUMBER <= len(lines)
            name = trie_key(key)
        assert len(name) <= 255
        assert from_text(to_text(name)) == name
    for reported in (reading.bad, reading.ignored):
        assert all(1 <= problem.line <= len(lines) for problem in reported.first)
        assert len(reported.first) == min(reported.count, 100)


@settings(max_examples=300)
@given(parts=_WRITTEN)
def test_any_file_is_some_format_or_none(parts: list[bytes]) -> None:
    octets = b"".join(parts)
    assert recognise(octets.splitlines(keepends=True)) in FORMATS
    why = is_a_list(octets)
    assert why is None or why.startswith("is ")
    assert why == "is empty" or octets.strip()


@settings(max_examples=300)
@given(parts=_WRITTEN)
def test_any_line_of_hosts(parts: list[bytes]) -> None:
    said: HostsLine | ValueError | None
    try:
        said = hosts_line(b"".join(parts).decode("utf-8", "replace"))
    except ValueError as error:
        said = error
    if isinstance(said, ValueError):
        assert "; write" in str(said)
    else:
        assert said is None or (said.names and ip_address(str(said.address)) == said.address)


@settings(max_examples=200)
@given(
    names=st.lists(
        st.lists(st.from_regex(r"[a-z]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True), min_size=3,
                 max_size=4).map(".".join),
        max_size=20,
    )
)  # fmt: skip
def test_good_names_are_all_read_alike(names: list[str]) -> None:
    expected = [(number | EXACT, trie_key(from_text(name))) for number, name in enumerate(names, 1)]
    reading = Reading("l", Lines("f"), Lines("f"))
    plain = [f"{name}\n".encode() for name in names]
    addressed = [f"0.0.0.0 {name} # {name}\n".encode() for name in names]
    assert list(domains.items(plain, reading)) == expected
    assert list(hosts.items(addressed, reading)) == expected
    assert (reading.bad.count, reading.ignored.count) == (0, 0)


@settings(max_examples=200)
@given(
    names=st.lists(
        st.lists(st.sampled_from(["a", "b", "c"]), min_size=3, max_size=4).map(".".join),
        max_size=8, unique=True,
    )
)  # fmt: skip
def test_a_name_means_the_same_in_every_format_of_zones(names: list[str]) -> None:
    written = {
        "wildcard": "*.{}\n",
        "adblock": "||{}^\n",
        "dnsmasq": "address=/{}/\n",
        "unbound": 'local-zone: "{}" always_nxdomain\n',
    }
    expected = {(number, trie_key(from_text(name))) for number, name in enumerate(names, 1)}
    for format_, form in written.items():
        reading = Reading("l", Lines("f"), Lines("f"))
        lines = [form.format(name).encode() for name in names]
        assert set(FORMATS[format_](lines, reading)) == expected, format_


_LABELS = st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=4).map(".".join)


@settings(max_examples=500)
@given(exact=st.sets(_LABELS, max_size=5), wild=st.sets(_LABELS, max_size=4), name=_LABELS)
def test_a_zone_answers_as_rfc_4592_says(exact: set[str], wild: set[str], name: str) -> None:
    """The closest name that exists decides: its wildcard answers, or nothing does."""
    lines = [f"{each} CNAME .\n".encode() for each in sorted(exact)]
    lines += [f"*.{each} CNAME .\n".encode() for each in sorted(wild)]
    reading = Reading("l", Lines("f"), Lines("f"))
    matching = [item for item in FORMATS["rpz"](lines, reading) if _matches(item, name)]
    assert bool(matching) is _answered(exact, wild, name)


def _answered(exact: set[str], wild: set[str], name: str) -> bool:
    owners = exact | {f"*.{each}" for each in wild}
    exist = {
        ".".join(owner.split(".")[at:]) for owner in owners for at in range(owner.count(".") + 1)
    }
    if name in exist:
        return name in exact
    labels = name.split(".")
    above = (".".join(labels[at:]) for at in range(1, len(labels)))
    return next((each in wild for each in above if each in exist), False)


def _matches(item: tuple[int, bytes] | Rule, name: str) -> bool:
    wire = from_text(name)
    if isinstance(item, Rule):
        zone = item.name
        covers: str = item.match
        if any(is_below(wire, left_out) for left_out in item.unless):
            return False
    else:
        covers = {EXACT: "exact", BELOW: "below", 0: "subtree"}[item[0] & (EXACT | BELOW)]
        zone = trie_key(item[1])
    if wire == zone:
        return covers != "below"
    return covers != "exact" and is_below(wire, zone)
