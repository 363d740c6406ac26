"""`blocker export --format nftables`, as typed."""

from pathlib import Path

from tests.support.commands import Commands

NFTABLES = ("export", "--format", "nftables")


def test_the_file_says_how_it_was_made_and_what_it_knows(tmp_path: Path) -> None:
    at = Commands(tmp_path)
    said = at.run(*NFTABLES, "--interface", "br-lan", "--port", "5300", "--exempt", "10.0.0.7")
    made = "blocker export --format nftables --interface br-lan --port 5300 --exempt 10.0.0.7"
    assert made in said
    assert "# 0 addresses of lists/resolvers.yaml." in said  # these lists are a test's
    assert "delete table inet blocker" in said
    file = tmp_path / "blocker.nft"
    at.run(*NFTABLES, "--interface", "br-lan", "-o", str(file))
    assert file.read_text().startswith("#!/usr/sbin/nft -f\n")


def test_options_of_the_other_kind_are_an_error(tmp_path: Path) -> None:
    at = Commands(tmp_path)
    assert "choose names" in at.run(*NFTABLES, "--vendor", "xiaomi", code=1)
    assert "are for --format nftables" in at.run(
        "export", "--format", "hosts", "--interface", "br-lan", code=1
    )
    assert "--interface br-lan" in at.run(*NFTABLES, code=1)
