"""Pi-hole FTL: what is blocked and for whom, special domains, local records, expressions.

Of its API only what is about values a person writes is played; its own paths and sessions are not
this project's, whose API has tests of its own in tests/e2e/test_api.py and tests/unit/admin.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from blocker.errors import Problems
from tests.conformance.play import Listed, Playing
from tests.support.configs import complaints
from tests.support.packets import opt, option

GROUPED = """\
groups:
  - name: zero
    clients: [127.0.0.1]
    rules:
      allow: [=allowed.ftl, =regex1.ftl]
      block: ['/regex[0-9].ftl/', =denied.ftl]
    subscriptions: {list1: on}
  - name: two
    clients: [127.0.0.2]
    rules: {allow: [=mask.icloud.com], block: ['/regex[0-9].ftl/']}
    subscriptions: {list1: on}
  - {name: three, clients: [127.0.0.3]}
"""


def rules(**said: list[str]) -> str:
    return f"rules: {json.dumps(said)}\n"


@pytest.mark.parametrize(
    "lists, settings, question, address, blocked",
    [
        pytest.param([], rules(block=["=denied.ftl"]), "denied.ftl A", "192.168.1.3", True,
                     id="F001"),
        pytest.param(["gravity-allowed.ftl"], rules(allow=["/^gravity-allowed/"]),
                     "gravity-allowed.ftl A", "192.168.1.5", False, id="F005"),
        pytest.param([], rules(block=["/regex[0-9].ftl/"]), "regexA.ftl A", "192.168.2.4", False,
                     id="F008"),
        pytest.param([], rules(block=["/regex[0-9].ftl/"], allow=["=regex1.ftl"]),
                     "regex1.ftl A", "192.168.2.1", False, id="F009"),
        pytest.param([], rules(block=["/regex[0-9].ftl/"], allow=["/regex2/"]),
                     "regex2.ftl A", "192.168.2.2", False, id="F010"),
        pytest.param([], "", "aaaa.ftl AAAA", "fe80::1c01", False, id="F024"),
        pytest.param(["||special.gravity.ftl^"], "", "special.gravity.ftl A", "", True, id="F054"),
        pytest.param(["||special.gravity.ftl^"], "", "a.b.c.d.special.gravity.ftl A", "", True,
                     id="F055"),
        pytest.param(["||special.gravity.ftl^"], "", "gravity.ftl A", "192.0.2.1", False,
                     id="F058"),
        pytest.param(["x.y.z.abp.antigravity.ftl\n@@||antigravity.ftl^"], "",
                     "x.y.z.abp.antigravity.ftl A", "192.168.1.7", False, id="F059"),
        # F062, otherwise than there (allowed): here the user's own word is the last, also when it
        # is an expression and a list says something else.
        pytest.param(["@@||gravity.ftl^"], rules(block=["/gravity/"]), "gravity.ftl A",
                     "192.168.1.2", True, id="F062"),
        ([], rules(block=["/regex[0-9].ftl/"]), "regex5.ftl A", "192.168.2.5", True),
        ([], rules(block=["/^regex[0-9]/"]), "my.regex5.ftl A", "192.168.2.5", False),
        (["gravity.ftl"], rules(allow=["=gravity.ftl"]), "gravity.ftl A", "192.168.1.4", False),
        (["gravity.ftl"], "", "GRAVITY.ftl A", "192.168.1.4", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tcp", [False, True])
def test_what_is_blocked(
    lists: list[str], settings: str, question: str, address: str, blocked: bool, tcp: bool,
    tmp_path: Path,
) -> None:  # fmt: skip
    upstream = [f"{question} {address}"] if address else []
    outcome = Playing(tmp_path, *lists, settings=settings, upstream=upstream).ask(
        question, "127.0.0.1", tcp=tcp
    )
    assert outcome.data == (["0.0.0.0"] if blocked else [address])
    assert outcome.decision == "block" if blocked else outcome.forwarded == 1


def test_f022_what_is_switched_off_does_nothing(tmp_path: Path) -> None:
    for state, data in (("on", "0.0.0.0"), ("off", "192.0.2.1"), ("shadow", "192.0.2.1")):
        (tmp_path / state).mkdir()
        listed = Listed("off.ftl", {"state": state})
        playing = Playing(tmp_path / state, listed, upstream=["off.ftl A 192.0.2.1"])
        assert playing.ask("off.ftl A").data == [data]


@pytest.mark.parametrize(
    "client, name, blocked",
    [
        pytest.param("127.0.0.1", "regex1.ftl", False, id="F013"),
        pytest.param("127.0.0.3", "denied.ftl", False, id="F016"),
        pytest.param("127.0.0.3", "a.ftl", False, id="F017"),
        pytest.param("127.0.0.3", "gravity.ftl", False, id="F018"),
        pytest.param("127.0.0.1", "denied.ftl", True, id="F019"),
        ("127.0.0.1", "gravity.ftl", True),
        ("127.0.0.1", "allowed.ftl", False),
        ("127.0.0.2", "regex1.ftl", True),
        ("127.0.0.2", "gravity.ftl", True),
        ("127.0.0.2", "allowed.ftl", True),
        ("127.0.0.2", "denied.ftl", False),
        ("127.0.0.3", "regex1.ftl", False),
    ],
)
def test_for_whom(client: str, name: str, blocked: bool, tmp_path: Path) -> None:
    listed = Listed("gravity.ftl\nallowed.ftl", {"state": "off"})
    outcome = Playing(tmp_path, listed, settings=GROUPED).ask(f"{name} A", client)
    assert outcome.data == (["0.0.0.0"] if blocked else ["192.0.2.80"])


@pytest.mark.parametrize(
    "question, rcode, forwarded",
    [
        pytest.param("use-application-dns.net AAAA", "NXDOMAIN", 0, id="F026"),
        pytest.param("mask.icloud.com A", "NXDOMAIN", 0, id="F027"),
        pytest.param("_dns.resolver.arpa SVCB", "NOERROR", 0, id="F029"),
        pytest.param("x.resolver.arpa A", "NOERROR", 0, id="F030"),
        pytest.param("www.use-application-dns.net A", "NOERROR", 1, id="F032"),
        pytest.param("USE-Application-DNS.net A", "NXDOMAIN", 0, id="F033"),
        ("mask-h2.icloud.com AAAA", "NXDOMAIN", 0),
        ("www.mask.icloud.com A", "NOERROR", 1),
    ],
)
def test_special_domains(question: str, rcode: str, forwarded: int, tmp_path: Path) -> None:
    outcome = Playing(tmp_path).ask(question)
    assert (outcome.rcode, outcome.forwarded) == (rcode, forwarded)


@pytest.mark.parametrize(
    "question, record",
    [
        pytest.param("cname-ok.ftl CNAME", "a.ftl.", id="F034"),
        pytest.param("srv.ftl SRV", "0 1 80 a.ftl.", id="F035"),
        pytest.param("mx.ftl MX", "50 ns1.ftl.", id="F039"),
        pytest.param("svcb.ftl HTTPS", "1 . port=80", id="F040"),
        ("txt.ftl TXT", '"Some example text"'),
        ("ptr.ftl PTR", "ptr.ftl."),
    ],
)
def test_other_types_pass(question: str, record: str, tmp_path: Path) -> None:
    assert Playing(tmp_path, upstream=[f"{question} {record}"]).ask(question).data == [record]


@pytest.mark.parametrize(
    "settings, question, upstream, data",
    [
        pytest.param("", "a-cname.ftl A", ["a-cname.ftl CNAME gravity.ftl.",
                     "gravity.ftl A 192.168.1.2"], ["0.0.0.0"], id="F045"),
        pytest.param("", "a-cname.ftl AAAA", ["a-cname.ftl CNAME gravity.ftl.",
                     "gravity.ftl NODATA"], ["::"], id="F046"),
        pytest.param("", "aaaa-cname.ftl AAAA", ["aaaa-cname.ftl CNAME gravity-aaaa.ftl.",
                     "gravity-aaaa.ftl AAAA fe80::4c01"], ["::"], id="F048"),
        pytest.param(rules(allow=["=cname-1.ftl"]), "cname-1.ftl A",
                     ["cname-1.ftl CNAME gravity.ftl.", "gravity.ftl A 192.168.1.2"],
                     ["gravity.ftl.", "192.168.1.2"], id="F063"),
        ("", "1.ftl A", ["1.ftl CNAME 2.ftl.", "2.ftl CNAME gravity.ftl.",
                         "gravity.ftl A 192.168.1.2"], ["0.0.0.0"]),
    ],
)  # fmt: skip
def test_aliases(
    settings: str, question: str, upstream: list[str], data: list[str], tmp_path: Path
) -> None:
    playing = Playing(
        tmp_path, "gravity.ftl\ngravity-aaaa.ftl", settings=settings, upstream=upstream
    )
    for _ in range(2):
        assert playing.ask(question).data == data


@pytest.mark.parametrize(
    "question, data",
    [
        pytest.param("denied.ftl A", "10.100.0.11", id="F087"),
        pytest.param("denied.ftl AAAA", "fe80::11", id="F088"),
    ],
)
def test_addresses_of_one_s_own(question: str, data: str, tmp_path: Path) -> None:
    settings = 'blocking: {answer: {ipv4: 10.100.0.11, ipv6: "fe80::11"}}\n'
    playing = Playing(tmp_path, settings=settings + rules(block=["=denied.ftl"]))
    assert playing.ask(question).data == [data]


def test_f090_an_update_is_not_implemented(tmp_path: Path) -> None:
    assert Playing(tmp_path).ask("ftl SOA", flags=5 << 11).rcode == "NOTIMP"


@pytest.mark.parametrize(
    "subnet",
    [
        pytest.param(option(8, b"\x00\x01\x20\x00\x7f\x00\x00\x01"), id="F093"),
        pytest.param(option(8, b"\x00\x01\x20\x00\xc0\xa8\x2f\x61"), id="F095"),
        option(65_001, b"what nobody knows"),
    ],
)
def test_options_that_mean_nothing_here(subnet: bytes, tmp_path: Path) -> None:
    outcome = Playing(tmp_path).ask("localhost A", edns=opt(options=subnet))
    assert outcome.data == ["127.0.0.1"]


@pytest.mark.parametrize(
    "question, data",
    [
        pytest.param("def-custom.de A", ["1.1.1.1"], id="F098"),
        pytest.param("xn--ste-sla.com A", ["2.2.2.2"], id="F100"),
        pytest.param("xn--brcke-lva.com A", ["xn--ste-pla.com.", "2.2.2.2"], id="F101"),
        ("1.1.1.1.in-addr.arpa PTR", ["abc-custom.com."]),
    ],
)
def test_local_records(question: str, data: list[str], tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("1.1.1.1 abc-custom.com def-custom.de\n2.2.2.2 äste.com steä.com\n")
    settings = f"hosts: [{hosts}]\nrecords: {{brücke.com: äste.com}}\n"
    outcome = Playing(tmp_path, settings=settings).ask(question)
    assert (outcome.data, outcome.forwarded) == (data, 0)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("[", id="F122"),
        pytest.param(r"(a)\2", id="F127"),
        pytest.param("[g-1]", id="F128"),
        pytest.param("[[[", id="F142"),
    ],
)
def test_expressions_that_are_none(pattern: str, tmp_path: Path) -> None:
    with pytest.raises(Problems, match="is not a regular expression"):
        Playing(tmp_path, settings=rules(block=[f"/{pattern}/"]))
    (tmp_path / "again").mkdir()
    playing = Playing(tmp_path / "again", f"/{pattern}/\nother.example")
    assert playing.sources[1]["bad"] == 1
    assert playing.ask("fbcdn.net A").decision == "pass"


@pytest.mark.parametrize(
    "pattern, name, found",
    [
        pytest.param("f", "fbcdn.net", True, id="F129"),
        ("^fb.*net$", "fbcdn.net", True),
        ("net.", "fbcdn.net", False),
        ("FB", "fbcdn.net", True),
        (r"(^|\.)cdn\.", "a.cdn.net", True),
        ("[[:digit:]]", "fbcdn.net", False),
    ],
)
def test_expressions(pattern: str, name: str, found: bool, tmp_path: Path) -> None:
    for where in ("rules", "list"):
        folder = tmp_path / where
        folder.mkdir()
        listed, settings = (f"/{pattern}/", "") if where == "list" else ("", "")
        settings = rules(block=[f"/{pattern}/"]) if where == "rules" else settings
        playing = Playing(folder, *filter(None, [listed]), settings=settings)
        assert playing.ask(f"{name} A").decision == ("block" if found else "pass"), where


@pytest.mark.parametrize(
    "settings, said",
    [
        pytest.param("blocking: {ttl: 15.5}\n", "15.5", id="F138"),
        pytest.param("records: {abc: 111.222.333.444}\n", "neither an address", id="F140"),
    ],
)
def test_values_that_cannot_be_meant(settings: str, said: Any, tmp_path: Path) -> None:
    (complaint,) = complaints(tmp_path, settings)
    assert said in complaint
