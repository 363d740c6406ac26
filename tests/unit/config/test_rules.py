"""`rules:` is checked line by line."""

from pathlib import Path

from tests.support.configs import complaints, load


def test_rules_are_kept_as_written(tmp_path: Path) -> None:
    rules = load(tmp_path, "rules:\n  allow: [=Example.org]\n  block: [example.net, zip]").rules
    assert (rules.allow, rules.block) == (("=Example.org",), ("example.net", "zip"))


def test_each_wrong_line_is_named(tmp_path: Path) -> None:
    said = complaints(
        tmp_path,
        """rules:
  allow:
    - "*.example.org"
    - example.net
    - 12
  block:
    - 192.0.2.1
""",
    )
    assert said == [
        "3: rules.allow[1]: *.example.org is not the way; "
        "write example.org, which is it and all below",
        "5: rules.allow[3]: 12 is not a name; write it in quotes",
        "7: rules.block[1]: 192.0.2.1 is an address; write a domain name",
    ]
