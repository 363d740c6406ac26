"""What the log may know: addresses cut, hashed, left out; names too; rules that would tell them."""

from blocker.querylog.privacy import Noted, Privacy
from blocker.querylog.settings import LogSettings
from tests.support.logrows import BLOCKED, DAY, FORWARDED, MONDAY, row


def note(settings: LogSettings, *clients: str) -> list[Noted]:
    privacy = Privacy(settings, lambda address: f"ip:{address}")
    return privacy.note([row("example.org", client=client) for client in clients])


def test_in_full_an_address_is_plain_and_its_device_known() -> None:
    told = note(LogSettings(), "::ffff:192.0.2.7", "fe80::1%eth0")
    assert [(each.row.client, each.device) for each in told] == [
        ("192.0.2.7", "ip:192.0.2.7"),
        ("fe80::1", "ip:fe80::1"),
    ]


def test_truncated_to_24_and_48_bits_and_no_device() -> None:
    told = note(LogSettings(clients="truncated"), "192.0.2.7", "2001:db8:1:2::3", "")
    assert [(each.row.client, each.device) for each in told] == [
        ("192.0.2.0/24", ""),
        ("2001:db8:1::/48", ""),
        ("", ""),
    ]


def test_hashed_by_a_key_of_the_day() -> None:
    privacy = Privacy(LogSettings(clients="hashed"), lambda address: address)

    def shown(second: int, client: str) -> str:
        (told,) = privacy.note([row("a.example", second=second, client=client)])
        assert told.device == ""
        return told.row.client

    today = shown(MONDAY, "192.0.2.7")
    assert today == shown(MONDAY + DAY - 1, "192.0.2.7")
    assert today != shown(MONDAY + 5, "192.0.2.8")
    assert today != shown(MONDAY + DAY, "192.0.2.7")
    assert "192.0.2" not in today


def test_none_tells_no_client() -> None:
    (told,) = note(LogSettings(clients="none"), "192.0.2.7")
    assert (told.row.client, told.device) == ("", "")


def test_names_of_vendors_only_and_no_rule_that_says_the_others() -> None:
    own = FORWARDED.__class__("blocked", "block", "user", "blocker.yaml", "secret.example", 3)
    rows = [row("secret.example", own), row("data.mistat.xiaomi.com", BLOCKED)]
    told = Privacy(LogSettings(names="vendors"), str).note(rows)
    assert [(each.row.name, each.row.kind.text, each.row.kind.line) for each in told] == [
        ("", "", 0),
        ("data.mistat.xiaomi.com", "data.mistat.xiaomi.com", 12),
    ]


def test_without_names_no_rule_is_told_either() -> None:
    (told,) = Privacy(LogSettings(names="none"), str).note([row("a.xiaomi.com", BLOCKED)])
    assert (told.row.name, told.row.kind.text, told.row.kind.line) == ("", "", 0)
    assert told.row.kind.vendor == "xiaomi"


def test_what_is_ignored_is_not_noted() -> None:
    settings = LogSettings(ignore_names=["Example.org."], ignore_clients=["192.0.2.128/25"])
    rows = [
        row("example.org"),
        row("a.b.example.org"),
        row("notexample.org"),
        row("c.example", client="192.0.2.200"),
        row("c.example", client="192.0.2.100"),
    ]
    told = Privacy(settings, str).note(rows)
    assert [(each.row.name, each.row.client) for each in told] == [
        ("notexample.org", "192.0.2.7"),
        ("c.example", "192.0.2.100"),
    ]


def test_a_flood_of_addresses_is_not_remembered_for_ever() -> None:
    privacy = Privacy(LogSettings(clients="truncated"), str)
    for block in range(20):
        privacy.note(
            [row("x.example", client=f"10.{block}.{n // 250}.{n % 250}") for n in range(1_000)]
        )
    (told,) = privacy.note([row("x.example", client="10.0.0.1")])
    assert told.row.client == "10.0.0.0/24"


def test_a_name_that_a_client_gave_itself_is_hidden_as_addresses_are() -> None:
    ((full),) = note(LogSettings(), "id:anna-phone")
    assert full.row.client == "id:anna-phone"
    for clients in ("truncated", "none"):
        ((told),) = note(LogSettings(clients=clients), "id:anna-phone")
        assert (told.row.client, told.device) == ("", "")
    ((hashed),) = note(LogSettings(clients="hashed"), "id:anna-phone")
    assert len(hashed.row.client) == 16
    assert hashed.device == ""


def test_it_tells_whose_figures_can_be_known() -> None:
    full = Privacy(LogSettings(ignore_clients=["192.0.2.0/28"]), str)
    for client, known in (
        ("192.0.2.77", True), ("192.0.2.7", False), ("::ffff:192.0.2.7", False), ("id:anna", True),
        ("", False),
    ):  # fmt: skip
        assert full.tells(client) == known, client
    for setting in ("truncated", "hashed", "none"):
        assert not Privacy(LogSettings(clients=setting), str).tells("192.0.2.77")
