"""AdGuard Home as a server: hosts lines, allowlists, answers, its rewrites and hosts files."""

from pathlib import Path

import pytest

from tests.conformance.play import Listed, Playing

HOSTS = """\
  216.239.38.120  google.com www.google.com   # enforce google's safesearch
::1  ipv6.com
0.0.0.0 block.com
0.0.0.1 host2
0.0.0.2 host2
::1 host2"""
SERVER = """\
||nxdomain.example.org^
||NULL.example.org^
127.0.0.1\thost.example.org
@@||whitelist.example.org^
||127.0.0.255"""
REWRITES = """\
records:
  somecname: somehost.com
  somehost.com: 0.0.0.0
  host.com: [1.2.3.4, 1.2.3.5, "1:2:3::4"]
  www.host.com: host.com
  "*.host.com": 1.2.3.5
  a.host.com: 1.2.3.4
  "*.host2.com": host.com
  b.host.com: somecname
  b.host3.com: a.host3.com
  a.host3.com: x.host.com
  "*.hostboth.com": [1.2.3.6, "1234::5678"]
  BIGHOST.COM: 1.2.3.7
  "*.issue4016.com": sub.issue4016.com
  "*.sub.issue6226.com": 1.2.3.5
  "*.issue6226.com": 1.2.3.4
"""
LEVELS = 'records: {host.com: 1.1.1.1, "*.host.com": 2.2.2.2, "*.sub.host.com": 3.3.3.3}\n'
EXCEPTION = (
    'records: {"*.host.com": 2.2.2.2, sub.host.com: sub.host.com, '
    '"*.sub.host.com": "*.sub.host.com"}\n'
)


@pytest.mark.parametrize(
    "question, data, action",
    [
        pytest.param("google.com A", ["216.239.38.120"], "local", id="U281"),
        pytest.param("subdomain.google.com A", ["192.0.2.80"], "forwarded", id="U283"),
        pytest.param("example.org A", ["192.0.2.80"], "forwarded", id="U284"),
        pytest.param("block.com A", ["0.0.0.0"], "blocked", id="U285"),
        pytest.param("host2 A", ["0.0.0.1", "0.0.0.2"], "local", id="U289"),
        pytest.param("www.google.com AAAA", [], "local", id="another family"),
        # U287, otherwise than there (::1): a loopback address in a list blocks, and what is blocked
        # has the answer of all that is; a client sent to itself would be in doubt for long.
        pytest.param("ipv6.com AAAA", ["::"], "blocked", id="U287"),
    ],
)
def test_hosts_lines_answer(question: str, data: list[str], action: str, tmp_path: Path) -> None:
    outcome = Playing(tmp_path, HOSTS).ask(question)
    assert (outcome.data, outcome.action) == (data, action)


@pytest.mark.parametrize(
    "name, decision",
    [
        pytest.param("host1", "allow", id="U291"),
        pytest.param("host2", "block", id="U292"),
        ("host3", "allow"),
        ("host4", "pass"),
    ],
)
def test_all_that_is_on_an_allowlist_is_allowed(name: str, decision: str, tmp_path: Path) -> None:
    allowed = Listed("||host1^\n||host3^", {"action": "allow"})
    assert Playing(tmp_path, "||host1^\n||host2^", allowed).ask(f"{name} A").decision == decision


@pytest.mark.parametrize(
    "question, upstream, data",
    [
        pytest.param("nxdomain.example.org A", [], ["0.0.0.0"], id="U293"),
        pytest.param(
            "badhost A",
            ["badhost CNAME null.example.org.", "null.example.org A 1.2.3.4"],
            ["0.0.0.0"],
            id="U294",
        ),
        pytest.param("example.org A", ["example.org A 127.0.0.255"], ["0.0.0.0"], id="U296"),
        ("host.example.org A", [], ["0.0.0.0"]),
        ("whitelist.example.org A", [], ["192.0.2.80"]),
        (  # what is allowed by name is not looked at further
            "whitelist.example.org A",
            ["whitelist.example.org CNAME null.example.org."],
            ["null.example.org.", "192.0.2.80"],
        ),
    ],
)
def test_answers(question: str, upstream: list[str], data: list[str], tmp_path: Path) -> None:
    assert Playing(tmp_path, SERVER, upstream=upstream).ask(question).data == data


@pytest.mark.parametrize(
    "answer, question, rcode, data",
    [
        pytest.param(
            '{ipv4: 0.0.0.1, ipv6: "::1"}', "null.example.org AAAA", "NOERROR", ["::1"], id="U300"
        ),
        ('{ipv4: 0.0.0.1, ipv6: "::1"}', "null.example.org A", "NOERROR", ["0.0.0.1"]),
        ("nxdomain", "nxdomain.example.org A", "NXDOMAIN", []),
        ("refused", "nxdomain.example.org A", "REFUSED", []),
    ],
)
def test_ways_to_answer(
    answer: str, question: str, rcode: str, data: list[str], tmp_path: Path
) -> None:
    playing = Playing(tmp_path, SERVER, settings=f"blocking: {{answer: {answer}}}\n")
    outcome = playing.ask(question)
    assert (outcome.rcode, outcome.data) == (rcode, data)


@pytest.mark.parametrize(
    "question, upstream, decision",
    [
        pytest.param("example.org A", "A 1.1.1.1", "pass", id="U301"),
        pytest.param("example.org A", "A 1.2.3.4", "block", id="U302"),
        pytest.param("example.org HTTPS", "HTTPS 1 . ipv4hint=1.1.1.1", "pass", id="U307"),
        ("example.org AAAA", "AAAA 1234::cdef", "block"),
        ("example.org AAAA", "AAAA 1234::cde0", "pass"),
        ("example.org HTTPS", "HTTPS 1 . ipv4hint=1.1.1.1,1.2.3.4", "block"),
        ("example.org HTTPS", "HTTPS 1 . alpn=h2 ipv6hint=1234::cdef", "block"),
    ],
)
def test_addresses_that_are_blocked(
    question: str, upstream: str, decision: str, tmp_path: Path
) -> None:
    playing = Playing(tmp_path, "1.2.3.4\n1234::cdef", upstream=[f"example.org {upstream}"])
    for _ in range(2):
        outcome = playing.ask(question)
        assert outcome.decision == decision
        assert outcome.rule == "" or decision == "block"


@pytest.mark.parametrize(
    "settings, question, data",
    [
        pytest.param(REWRITES, "www.host.com AAAA", ["host.com.", "1:2:3::4"], id="U310"),
        pytest.param(REWRITES, "www.host2.com A", ["host.com.", "1.2.3.4", "1.2.3.5"], id="U313"),
        pytest.param(
            REWRITES, "b.host.com A", ["somecname.", "somehost.com.", "0.0.0.0"], id="U314"
        ),
        pytest.param(
            REWRITES, "b.host3.com A", ["a.host3.com.", "x.host.com.", "1.2.3.5"], id="U315"
        ),
        pytest.param(REWRITES, "www.hostboth.com AAAA", ["1234::5678"], id="U316"),
        pytest.param(REWRITES, "bighost.com A", ["1.2.3.7"], id="U317"),
        pytest.param(LEVELS, "sub.host.com A", ["2.2.2.2"], id="U325"),
        pytest.param(LEVELS, "my.sub.host.com A", ["3.3.3.3"], id="U326"),
        pytest.param(EXCEPTION, "my.host.com A", ["2.2.2.2"], id="U327"),
        pytest.param(EXCEPTION, "sub.host.com A", ["192.0.2.80"], id="U328"),
        pytest.param(EXCEPTION, "my.sub.host.com A", ["192.0.2.80"], id="U329"),
        (LEVELS, "host.com A", ["1.1.1.1"]),
        (REWRITES, "host.com A", ["1.2.3.4", "1.2.3.5"]),
        (REWRITES, "a.host.com A", ["1.2.3.4"]),
        (REWRITES, "www.hostboth.com A", ["1.2.3.6"]),
        (REWRITES, "hostboth.com A", ["192.0.2.80"]),
        (REWRITES, "sub.issue4016.com A", ["192.0.2.80"]),
        (REWRITES, "www.issue4016.com A", ["sub.issue4016.com.", "192.0.2.80"]),
        (REWRITES, "www.issue6226.com A", ["1.2.3.4"]),
        (REWRITES, "abc.sub.issue6226.com A", ["1.2.3.5"]),
        (REWRITES, "unknown.example A", ["192.0.2.80"]),
    ],
)
def test_rewrites(settings: str, question: str, data: list[str], tmp_path: Path) -> None:
    assert Playing(tmp_path, settings=settings).ask(question).data == data


@pytest.mark.parametrize(
    "question, data",
    [
        pytest.param("mapped.host.example AAAA", ["::ffff:102:304"], id="U336"),
        pytest.param("4.3.2.1.in-addr.arpa PTR", ["v4.host.example."], id="U337"),
        # U343, otherwise than there (asked upstream): a name that is answered here has no other
        # types elsewhere, or a client would find through HTTPS what A has replaced.
        pytest.param("v4.host.example CNAME", [], id="U343"),
        ("v4.host.example A", ["1.2.3.4"]),
        ("v6.host.example AAAA", ["::1"]),
        ("v4.host.with-dup A", ["4.3.2.1"]),
        ("1.2.3.4.in-addr.arpa PTR", ["v4.host.with-dup."]),
        ("other.host.example A", ["192.0.2.80"]),
    ],
)
def test_hosts_files(question: str, data: list[str], tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "1.2.3.4 v4.host.example\n::1 v6.host.example\n::ffff:1.2.3.4 mapped.host.example\n"
        "4.3.2.1 v4.host.with-dup\n4.3.2.1 v4.host.with-dup\n"
    )
    outcome = Playing(tmp_path, settings=f"hosts: [{hosts}]\n").ask(question)
    assert outcome.data == data
    assert outcome.forwarded == (data == ["192.0.2.80"])
