"""blocky: what matches, how it is answered, and names with a meaning of their own.

Its cases of private addresses in answers (DNS rebinding) are not about lists and not played here.
"""

from pathlib import Path

import pytest

from tests.conformance.play import Listed, Playing

PLAIN = ["google.com", "apple.com", "", "google.com", "APPLe.com"]
REGEXES = ["/.*google.com/", r"/^apple\.(de|com)$/", "/amazon/", "/(wrongRegex/"]
WILDCARDS = ["*.example.com", "*.example.org", "*.blocked", "*.sub.blocked"]


@pytest.mark.parametrize(
    "lines, name, blocked",
    [
        pytest.param(PLAIN, "google.COM", True, id="B123"),
        pytest.param(REGEXES, "google.coma", True, id="B125"),
        pytest.param(REGEXES, "agoogle.com", True, id="B126"),
        pytest.param(REGEXES, "apple.de", True, id="B129"),
        pytest.param(REGEXES, "apple.it", False, id="B130"),
        pytest.param(REGEXES, "www.apple.com", False, id="B131"),
        pytest.param(REGEXES, "applecom", False, id="B132"),
        pytest.param(REGEXES, "amazon.com", True, id="B134"),
        pytest.param(REGEXES, "myamazon.com", True, id="B135"),
        pytest.param(WILDCARDS, "example.com", True, id="B146"),
        pytest.param(WILDCARDS, "com", False, id="B148"),
        pytest.param(WILDCARDS, "example.org", True, id="B152"),
        pytest.param(WILDCARDS, "www.example.org", True, id="B153"),
        pytest.param(WILDCARDS, "www.example.net", False, id="B155"),
        pytest.param(["*.example.com"], "com", False, id="B160"),
        pytest.param(["*.abc.other.com"], "xyz.other.com", False, id="B162"),
        pytest.param(["*.a.com", "*.b.com"], "x.a.com", True, id="B166"),
        pytest.param([r"/^apple\.(de|com)$/"], "apple.de", True, id="B169"),
        pytest.param(["#empty file"], "google.com", False, id="B170"),
        pytest.param(["#empty file"], ".", False, id="B171"),
        (PLAIN, "apple.com", True),
        (PLAIN, "www.apple.com", False),
        (PLAIN, "apple.com.evil.example", False),
        (WILDCARDS, "a.b.example.com", True),
        (WILDCARDS, "badexample.com", False),
        (WILDCARDS, "www.sub.blocked", True),
        (WILDCARDS, "sub.blocked", True),
        (WILDCARDS, "x.blocked", True),
        (WILDCARDS, "blocked", True),
    ],
)
@pytest.mark.parametrize("action", ["block", "allow"])
def test_match(lines: list[str], name: str, blocked: bool, action: str, tmp_path: Path) -> None:
    playing = Playing(tmp_path, Listed("\n".join(lines), {"action": action}))
    assert playing.ask(f"{name} A").decision == (action if blocked else "pass")


DENIED = "blocked3.com"
BOTH = '{ipv4: 12.12.12.12, ipv6: "2001:0db8:85a3:0000:0000:8a2e:0370:7334"}'


@pytest.mark.parametrize(
    "answer, question, rcode, data, negative",
    [
        pytest.param("nxdomain", "blocked3.com A", "NXDOMAIN", [], True, id="B245"),
        pytest.param(BOTH, "blocked3.com A", "NOERROR", ["12.12.12.12"], False, id="B247"),
        pytest.param(
            *(BOTH, "blocked3.com AAAA", "NOERROR", ["2001:db8:85a3::8a2e:370:7334"], False),
            id="B248",
        ),
        pytest.param(
            *('{ipv4: 12.12.12.12, ipv6: "::"}', "blocked3.com AAAA", "NOERROR", ["::"], False),
            id="B249",
        ),
        ("null-ip", "blocked3.com A", "NOERROR", ["0.0.0.0"], False),
        ("null-ip", "blocked3.com AAAA", "NOERROR", ["::"], False),
        ("null-ip", "blocked3.com HTTPS", "NOERROR", [], True),
        ("null-ip", "blocked3.com MX", "NOERROR", [], True),
        ("nodata", "blocked3.com A", "NOERROR", [], True),
        (BOTH, "blocked3.com TXT", "NOERROR", [], True),
    ],
)
def test_how_it_is_answered(
    answer: str, question: str, rcode: str, data: list[str], negative: bool, tmp_path: Path
) -> None:
    playing = Playing(tmp_path, DENIED, settings=f"blocking: {{answer: {answer}, ttl: 6h}}\n")
    outcome = playing.ask(question)
    assert (outcome.rcode, outcome.data) == (rcode, data)
    assert [record.split()[1] for record in outcome.authority] == ["SOA"] * negative
    assert outcome.ttls == [21_600] * len(data)


@pytest.mark.parametrize(
    "denied, question, upstream, data",
    [
        pytest.param(
            "2001:db8:85a3:8d3::370:7344",
            "example.com AAAA",
            ["example.com AAAA 2001:db8:85a3:8d3::370:7344"],
            ["::"],
            id="B251",
        ),
        ("123.145.123.145", "example.com A", ["example.com A 123.145.123.145"], ["0.0.0.0"]),
        ("123.145.123.145", "example.com A", ["example.com A 123.145.123.1"], ["123.145.123.1"]),
        (
            "baddomain.com",
            "example.com A",
            ["example.com CNAME baddomain.com.", "baddomain.com A 125.125.125.125"],
            ["0.0.0.0"],
        ),
    ],
)
def test_where_an_answer_leads(
    denied: str, question: str, upstream: list[str], data: list[str], tmp_path: Path
) -> None:
    assert Playing(tmp_path, denied, upstream=upstream).ask(question).data == data


@pytest.mark.parametrize(
    "client, data",
    [
        pytest.param("10.43.8.64", "0.0.0.0", id="B254"),
        pytest.param("10.43.8.80", "192.0.2.80", id="B256"),
        ("10.43.8.79", "0.0.0.0"),
        ("10.43.8.63", "192.0.2.80"),
    ],
)
def test_for_the_clients_of_a_network(client: str, data: str, tmp_path: Path) -> None:
    playing = Playing(
        tmp_path,
        Listed("domain1.com", {"state": "off"}),
        settings=(
            "groups:\n  - {name: some, clients: [10.43.8.67/28], subscriptions: {list1: on}}\n"
        ),
    )
    assert playing.ask("domain1.com A", client).data == [data]


@pytest.mark.parametrize(
    "question, rcode, data, forwarded",
    [
        pytest.param("something.test A", "NXDOMAIN", [], False, id="B186"),
        pytest.param("something.local A", "NXDOMAIN", [], False, id="B191"),
        pytest.param("something.internal A", "NXDOMAIN", [], False, id="B195"),
        pytest.param("LOCALHOST A", "NOERROR", ["127.0.0.1"], False, id="B201"),
        pytest.param("_dns.resolver.arpa A", "NOERROR", [], False, id="B206"),
        pytest.param("_dns.resolver.arpa AAAA", "NOERROR", [], False, id="B207"),
        pytest.param("resolver.arpa A", "NOERROR", [], False, id="B208"),
        pytest.param("something.not-special AAAA", "NOERROR", ["2001:db8::80"], True, id="B212"),
        pytest.param("something.intranet A", "NXDOMAIN", [], False, id="B194"),
        pytest.param("something.lan A", "NXDOMAIN", [], False, id="B199"),
        # B203, otherwise than there (forwarded): RFC 8375 section 4 is about the DS record of
        # home.arpa itself; to ask for one below it would tell the upstream a name of the home.
        pytest.param("something.home.arpa DS", "NXDOMAIN", [], False, id="B203"),
        ("home.arpa DS", "NOERROR", [], True),
        ("something.invalid A", "NXDOMAIN", [], False),
        ("something.onion A", "NXDOMAIN", [], False),
        ("something.alt A", "NXDOMAIN", [], False),
        ("1.0.168.192.in-addr.arpa PTR", "NXDOMAIN", [], False),
        ("something.localhost AAAA", "NOERROR", ["::1"], False),
        ("localhost HTTPS", "NOERROR", [], False),
    ],
)
def test_special_names(
    question: str, rcode: str, data: list[str], forwarded: bool, tmp_path: Path
) -> None:
    outcome = Playing(tmp_path).ask(question)
    assert (outcome.rcode, outcome.data, outcome.forwarded) == (rcode, data, forwarded)
