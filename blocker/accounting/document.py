"""A report as plain values: what the API answers, `--json` prints, and all other forms are made of.

Times are ISO 8601 in UTC. Rates are questions a minute, periods seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from blocker.accounting.report import Maker, Report, Sum, VendorReport

Document = dict[str, Any]


def document(report: Report, names: Mapping[str, str] | None = None) -> Document:
    """`names` are what the user calls devices, by key."""
    told = _document(report)
    vendors = [each["devices"] for each in told["vendors"]]
    for some in (*vendors, told["accounts"], told["amplified"], told["beacons"]):
        for each in some:
            each["device_name"] = (names or {}).get(each["device"], "")
    return told


def called(each: Mapping[str, Any]) -> str:
    """What stands for a device before people: the name it was given, else its key."""
    return str(each.get("device_name") or each["device"])


def whose(document: Document) -> dict[str, str]:
    """What to call the makers of a document in a table of it: what stands for none has a title."""
    return {
        each["vendor"]: each["vendor"] if each["is_maker"] else each["title"]
        for each in document["vendors"]
    }


def _document(report: Report) -> Document:
    return {
        "since": moment(report.span.since),
        "until": moment(report.span.until),
        "total": _sum(report.total),
        "vendors": [_vendor(each) for each in report.vendors],
        "accounts": [
            {
                "device": each.device,
                "vendor": each.vendor,
                "purpose": each.purpose,
                "attempts": each.attempts,
                "blocked": each.blocked,
                "allowed": each.allowed,
                "would_block": each.would_block,
                "names": each.names,
                "first": moment(each.first),
                "last": moment(each.last),
            }
            for each in report.accounts
        ],
        "amplified": [
            {**asdict(each), "factor": round(each.factor, 2)} for each in report.amplified
        ],
        "beacons": [
            {
                "device": each.device,
                "vendor": each.vendor,
                "purpose": each.purpose,
                "name": each.name,
                **asdict(each.rhythm),
            }
            for each in report.beacons
        ],
        "inbox": [
            {**asdict(each), "first": moment(each.first), "last": moment(each.last)}
            for each in report.inbox
        ],
    }


def moment(second: int) -> str | None:
    """None for never."""
    return datetime.fromtimestamp(second, UTC).isoformat() if second else None


def _vendor(each: VendorReport) -> Document:
    factor = each.amplification
    return {
        "vendor": each.vendor,
        **_maker(each.maker),
        **_sum(each.total),
        "amplification": None if factor is None else round(factor, 2),
        "purposes": [{"purpose": purpose, **_sum(some)} for purpose, some in each.purposes],
        "devices": [{"device": device, **_sum(some)} for device, some in each.devices],
    }


def _maker(maker: Maker) -> Document:
    return {
        "title": maker.title,
        "is_maker": maker.is_one,
        "jurisdiction": maker.jurisdiction,
        "law": maker.law,
        "sources": [{"title": title, "url": url} for title, url in maker.sources],
    }


def _sum(some: Sum) -> Document:
    return {**asdict(some), "first": moment(some.first), "last": moment(some.last)}
