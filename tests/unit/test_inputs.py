"""Configuration and lists together: what is read, compiled and said of them."""

from pathlib import Path

import pytest

from blocker.core.names import from_text
from blocker.errors import Problems
from blocker.inputs import RULESETS, Inputs, read_inputs, remarks
from tests.support.certificates import expired
from tests.support.lists import XIAOMI, entry, write_lists, write_own

TRACKING = from_text("tracking.miui.com")


def inputs(folder: Path, config: str = "", *, xiaomi: str = XIAOMI) -> Inputs:
    write_lists(folder / "lists", xiaomi=xiaomi)
    file = folder / "blocker.yaml"
    file.write_text(f"lists: lists\n{config}", encoding="utf-8")
    return read_inputs(file)


def action(read: Inputs) -> str | None:
    verdict = read.policy(read.ruleset()).match(TRACKING)
    return verdict.action if verdict else None


def test_the_policy_is_made_of_lists_rules_and_switches(tmp_path: Path) -> None:
    read = inputs(tmp_path, "rules: {allow: [=tracking.miui.com], block: [example.org]}")
    policy = read.policy(read.ruleset())
    names = [TRACKING, from_text("x.tracking.miui.com"), from_text("a.example.org")]
    verdicts = [policy.match(name) for name in names]
    assert [verdict and verdict.action for verdict in verdicts] == ["allow", "block", "block"]


def test_a_vendor_switched_off_is_not_blocked(tmp_path: Path) -> None:
    read = inputs(tmp_path, "blocking: {vendors: {xiaomi: off}}")
    assert action(read) == "pass"


def test_the_limit_of_breakage_is_the_configurations(tmp_path: Path) -> None:
    more = XIAOMI.replace(
        "purpose: analytics", "purpose: analytics\n    breakage: minor\n    breaks: x"
    )
    strict = inputs(tmp_path / "strict", "blocking: {max_breakage: none}", xiaomi=more)
    assert action(strict) == "pass"
    usual = inputs(tmp_path / "usual", xiaomi=more)
    assert action(usual) == "block"


def test_the_sinkhole_is_the_configurations(tmp_path: Path) -> None:
    read = inputs(tmp_path, "blocking: {answer: {ipv4: 192.0.2.80, ipv6: '::'}, ttl: 5m}")
    sinkhole = read.sinkhole()
    assert (list(sinkhole.ipv4), sinkhole.ttl) == ([b"\xc0\x00\x02\x50"], 300)


def test_explaining_takes_all_of_it(tmp_path: Path) -> None:
    read = inputs(tmp_path, "dns: {allow_from: [192.0.2.0/24]}\nblocking: {answer: nxdomain}")
    said = read.explainer("A", "192.0.2.1")("tracking.miui.com")
    assert (said.action, said.vendor, said.product) == ("block", "xiaomi", "MIUI")
    assert said.answer
    assert said.answer.rcode == "NXDOMAIN"
    assert [each.title for each in said.evidence] == ["P"]


def test_a_subscription_is_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("# mine\nads.example.org\n", encoding="utf-8")
    source = "{name: mine, source: names.txt, match: subtree}"
    said = inputs(tmp_path, f"subscriptions: [{source}]").explainer("A", None)("x.ads.example.org")
    assert said.rule
    assert (said.action, said.rule.list, said.rule.line) == ("block", "mine", 2)


def test_rules_in_force_are_those_that_block(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("a.example\nb.example\n", encoding="utf-8")
    (tmp_path / "fine.txt").write_text("c.example\n", encoding="utf-8")
    read = inputs(
        tmp_path,
        """
rules: {block: [example.org], allow: [example.net]}
subscriptions:
- {name: mine, source: names.txt, match: exact}
- {name: fine, source: fine.txt, match: exact, action: allow}
""",
    )
    # One entry of xiaomi's (its account is a function), two of the list, one of the user's.
    assert read.in_force(read.ruleset()) == (4, 1)


def test_a_vendor_switched_off_counts_for_nothing(tmp_path: Path) -> None:
    read = inputs(tmp_path, "blocking: {vendors: {xiaomi: off}}")
    assert read.in_force(read.ruleset()) == (0, 0)


def test_the_servers_own_ruleset_is_used(tmp_path: Path) -> None:
    read = inputs(tmp_path)
    assert read.ruleset().version
    assert not read.config.state.exists(), "to explain is not to install"
    folder = read.config.state / RULESETS
    folder.mkdir(parents=True)
    version = read.ruleset().version
    assert [path.stem for path in folder.iterdir()] == [version]


def test_a_switch_for_a_vendor_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"2: blocking\.vendors\.xiaomy: .*did you mean xiaomi\?"):
        inputs(tmp_path, "blocking: {vendors: {xiaomy: off}}")


def test_faults_in_lists_are_told(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="did you mean analytics"):
        inputs(tmp_path, xiaomi=XIAOMI.replace("analytics", "analytic"))


def test_bad_lines_and_disorder_are_remarks(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("a.example\n\n" + "not a name\n" * 102, encoding="utf-8")
    read = inputs(
        tmp_path,
        "subscriptions: [{name: mine, source: names.txt, match: exact, format: domains}]",
        xiaomi=XIAOMI + entry("a.miui.com"),
    )
    said = list(map(str, remarks(read, read.ruleset())))
    assert "out of order" in said[0]
    assert said[1].startswith(f"{tmp_path}/names.txt:3: ")
    assert said[-1] == f"{tmp_path}/names.txt: 2 more lines that are no names"
    assert len(said) == 1 + 100 + 1


def test_rules_that_break_what_holds_together_are_faults(tmp_path: Path) -> None:
    group = "{names: [tracking.miui.com, update.miui.com], reason: R., evidence: [paper]}"
    xiaomi = XIAOMI.replace("entries:", f"keep_one_of: [{group}]\nentries:")
    read = inputs(tmp_path, "rules: {block: [miui.com]}", xiaomi=xiaomi)
    with pytest.raises(Problems, match=r"blocker\.yaml:2: rules\.block: miui\.com: leaves none of"):
        remarks(read, read.ruleset())


def test_ones_own_lists_lie_over_the_others_and_an_upgrade_beneath_them_is_told(
    tmp_path: Path,
) -> None:
    own = "vendor: xiaomi\nremove: [{name: tracking.miui.com, reason: R}]\n"
    write_own(tmp_path / "state" / "lists.d", {"vendors/xiaomi.yaml": own})
    read = inputs(tmp_path)
    assert action(read) is None
    assert list(remarks(read, read.ruleset())) == []
    upgraded = XIAOMI.replace("measured", "documented")
    (tmp_path / "lists" / "vendors" / "xiaomi.yaml").write_text(upgraded)
    read = read_inputs(tmp_path / "blocker.yaml")
    (remark,) = remarks(read, read.ruleset())
    assert str(remark).startswith(f"{tmp_path}/state/lists.d/vendors/xiaomi.yaml:2: removes")
    assert "what is shipped has changed since: lists/vendors/xiaomi.yaml:8" in str(remark)


def test_an_id_is_explained_if_a_group_knows_it(tmp_path: Path) -> None:
    text = "groups: [{name: anna, clients: ['id:anna-phone'], blocking: {answer: nxdomain}}]\n"
    read = inputs(tmp_path, text)
    told = read.explainer("A", "id:Anna-phone")("a.tracking.miui.com")
    assert (told.client, told.group) == ("id:anna-phone", "anna")
    assert told.answer is not None
    assert told.answer.rcode == "NXDOMAIN"
    with pytest.raises(ValueError, match="no group has the client id:bob"):
        read.explainer("A", "id:bob")


def test_a_check_refuses_a_certificate_that_a_server_would_start_with(tmp_path: Path) -> None:
    pem, key = expired(tmp_path)
    read = inputs(tmp_path, f"dns: {{encrypted: {{certificate: {pem}, key: {key}}}}}\n")
    with pytest.raises(Problems, match="certificate has expired"):
        remarks(read, read.ruleset())
