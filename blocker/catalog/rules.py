"""What is written in the files of lists/, as rules and relations of a policy."""

from blocker.catalog.entry import Entry, Group, Keep
from blocker.catalog.written import read_name
from blocker.core.policy import TELEMETRY, Rule
from blocker.core.relations import Kind, Relation


def keep_rule(kept: Keep, file: str, line: int) -> Rule:
    written = kept.written
    return Rule(
        text=written.text,
        name=written.name,
        match=written.match,
        action="allow",
        layer="keep",
        list=file,
        line=line,
        vendor=kept.vendor,
        purpose=kept.purpose,
        reason=kept.reason,
        evidence=tuple(kept.evidence),
    )


def zone_rule(zone: str, vendor: str, file: str, line: int) -> Rule:
    """It decides nothing: it tells whose a name is that no entry names."""
    written = read_name(zone)
    return Rule(
        text=written.text,
        name=written.name,
        match=written.match,
        action="allow",
        layer="zone",
        list=file,
        line=line,
        vendor=vendor,
    )


def relation(kind: Kind, group: Group, vendor: str, file: str, line: int) -> Relation:
    return Relation(
        kind=kind,
        members=tuple(group.names),
        reason=group.reason,
        vendor=vendor,
        list=file,
        line=line,
        evidence=tuple(group.evidence),
    )


def entry_rule(entry: Entry, vendor: str, file: str, line: int) -> Rule:
    written = entry.written
    return Rule(
        text=written.text,
        name=written.name,
        match=written.match,
        action="block" if entry.purpose in TELEMETRY else "allow",
        layer="curated",
        list=file,
        line=line,
        vendor=vendor,
        product=entry.product,
        purpose=entry.purpose,
        breakage=entry.breakage,
        breaks=entry.breaks,
        evidence=tuple(entry.evidence),
        confidence=entry.confidence,
        inferred=entry.inferred,
        shared=entry.shared,
    )
