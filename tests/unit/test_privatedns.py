"""What phones are told. Apple's keys are those of its Device Management documentation."""

import plistlib

import pytest

from blocker.privatedns import PrivateDns, client_id

BOTH = PrivateDns("dns.home.example", (853,), (443,))


def test_names_and_urls() -> None:
    assert BOTH.protocols == ("https", "tls")
    assert BOTH.android() == "dns.home.example"
    assert BOTH.android("anna-phone") == "anna-phone.dns.home.example"
    assert BOTH.url() == "https://dns.home.example/dns-query"
    assert BOTH.url("anna-phone") == "https://dns.home.example/dns-query/anna-phone"


def test_other_ports() -> None:
    odd = PrivateDns("dns.home.example", (8853,), (8443, 9443))
    assert odd.protocols == ("https",)
    assert odd.android() == ""
    assert odd.url() == "https://dns.home.example:8443/dns-query"
    with pytest.raises(ValueError, match="served on port 8853, and phones know 853 alone"):
        odd.profile("tls")
    with pytest.raises(ValueError, match="DNS over HTTPS is not served"):
        PrivateDns("dns.home.example", (853,)).profile("https")
    assert PrivateDns("dns.home.example", (853,)).url() == ""


@pytest.mark.parametrize(
    "protocol, who, settings",
    [
        ("https", "", {"DNSProtocol": "HTTPS", "ServerURL": "https://dns.home.example/dns-query"}),
        ("tls", "anna", {"DNSProtocol": "TLS", "ServerName": "anna.dns.home.example"}),
    ],
)
def test_a_profile(protocol: str, who: str, settings: dict[str, str]) -> None:
    made = BOTH.profile(protocol, who)  # type: ignore[arg-type]
    profile = plistlib.loads(made)
    (payload,) = profile["PayloadContent"]
    assert (profile["PayloadType"], profile["PayloadVersion"]) == ("Configuration", 1)
    assert payload["PayloadType"] == "com.apple.dnsSettings.managed"
    assert payload["DNSSettings"] == settings
    assert made == BOTH.profile(protocol, who)  # type: ignore[arg-type]
    assert len({profile["PayloadUUID"], payload["PayloadUUID"]}) == 2


def test_each_device_and_protocol_has_a_profile_of_its_own() -> None:
    made = [BOTH.profile(p, who) for p in BOTH.protocols for who in ("", "anna", "bob")]
    assert len({plistlib.loads(each)["PayloadUUID"] for each in made}) == len(made)


def test_what_is_written_is_escaped() -> None:
    odd = PrivateDns("a&b<c>.example", (), (443,))
    assert b"a&amp;b&lt;c&gt;.example" in odd.profile("https")
    assert plistlib.loads(odd.profile("https"))["PayloadDisplayName"].endswith("a&b<c>.example")


def test_ids() -> None:
    assert client_id("id:Anna-Phone") == "anna-phone"
    for wrong in ("", "id:", "a b", "a/b", "-a", "a" * 64):
        with pytest.raises(ValueError, match="write letters, digits and dashes"):
            client_id(wrong)
