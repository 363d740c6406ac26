"""The scripts of the upstream, by name: whole answers, odd ones, and wrong ones.

Rule: one oddity each, so that a difference can be put down to it. A script in APART has an upstream
address of its own: what a resolver learns of that server must not touch the others.
"""

from typing import Final

from tests.differential.answers import TTLS, ZONE, Asked, Said, Script, content, rr, signature, soa
from tests.support.packets import wire

_CNAME = 5
_OTHER = wire("other.example")


def plain(asked: Asked) -> Said:
    ttl = asked.random.choice(TTLS)
    records = asked.random.choice((1, 1, 2, 4))
    return Said([rr(asked.name, asked.qtype, content(asked), ttl) for _ in range(records)])


def unequal(asked: Asked) -> Said:
    ttls = asked.random.sample(TTLS, 3)
    return Said([rr(asked.name, asked.qtype, content(asked), ttl) for ttl in ttls])


def double(asked: Asked) -> Said:
    record = rr(asked.name, asked.qtype, content(asked))
    return Said([record, record])


def authoritative(asked: Asked) -> Said:
    return Said([rr(asked.name, asked.qtype, content(asked))], flags=0x8580)


def authentic(asked: Asked) -> Said:
    return Said([rr(asked.name, asked.qtype, content(asked))], flags=0x81A0)


def reserved(asked: Asked) -> Said:
    return Said([rr(asked.name, asked.qtype, content(asked))], flags=0x81C0)


def signed(asked: Asked) -> Said:
    answers = [rr(asked.name, asked.qtype, content(asked))]
    return Said([*answers, signature(asked.name, asked.qtype)] if asked.do else answers)


def oversigned(asked: Asked) -> Said:
    """Signatures for those who did not ask for any."""
    record = rr(asked.name, asked.qtype, content(asked))
    return Said([record, signature(asked.name, asked.qtype)])


def nodata(asked: Asked) -> Said:
    return Said(authority=[_some_soa(asked)])


def nxdomain(asked: Asked) -> Said:
    return Said(authority=[_some_soa(asked)], rcode=3)


def denied(asked: Asked) -> Said:
    """A negative answer with its proof, for those who ask for proofs."""
    proof = rr(asked.name, 47, b"\x01z" + ZONE + b"\x00\x01\x40")
    proofs = [signature(asked.base, 6), proof, signature(asked.name, 47)] if asked.do else []
    return Said(authority=[soa(asked.base), *proofs])


def nosoa(asked: Asked) -> Said:
    return Said()


def nxnosoa(asked: Asked) -> Said:
    return Said(rcode=3)


def strangesoa(asked: Asked) -> Said:
    """The SOA of a zone that the name is not in."""
    return Said(authority=[soa(asked.base[: asked.base[0] + 1] + _OTHER)], rcode=3)


def alias(asked: Asked) -> Said:
    return _chain(asked, 1)


def chain(asked: Asked) -> Said:
    return _chain(asked, asked.random.randrange(2, 9))


def longchain(asked: Asked) -> Said:
    return _chain(asked, 15)


def backwards(asked: Asked) -> Said:
    """The records of a chain in the order that is no help."""
    said = _chain(asked, 3)
    return Said(said.answers[::-1])


def loop(asked: Asked) -> Said:
    there = _target(asked, 1)
    return Said([rr(asked.base, _CNAME, there), rr(there, _CNAME, asked.base)])


def itself(asked: Asked) -> Said:
    return Said([rr(asked.name, _CNAME, asked.name)])


def dangling(asked: Asked) -> Said:
    """An alias alone, though its target has data: who wants that has to ask."""
    return Said(_chain(asked, 1).answers[:1])


def aliasnodata(asked: Asked) -> Said:
    return Said(_chain(asked, 1).answers[:-1], [soa(asked.base)])


def aliasnx(asked: Asked) -> Said:
    return Said(_chain(asked, 1).answers[:-1], [soa(asked.base)], rcode=3)


def twoaliases(asked: Asked) -> Said:
    """Two aliases of one name, which RFC 2181 section 10.1 forbids."""
    data = rr(_target(asked, 1), asked.qtype, content(asked))
    if asked.step:
        return Said([data] if asked.step == 1 else [])
    return Said([*(rr(asked.base, _CNAME, _target(asked, step)) for step in (1, 2)), data])


def dname(asked: Asked) -> Said:
    """A redirected zone, with the alias that follows from it (RFC 6672)."""
    there = asked.base[: asked.base[0] + 1] + b"\x06target" + ZONE
    if not asked.step:
        return Said(authority=[soa(asked.base)])
    target = asked.name[: asked.name[0] + 1] + there
    found = rr(target, asked.qtype, content(asked))
    return Said([rr(asked.base, 39, there), rr(asked.name, _CNAME, target), found])


def toolong(asked: Asked) -> Said:
    """A redirected zone, where the name that follows would be longer than 255 octets."""
    if not asked.step:
        return Said(authority=[soa(asked.base)])
    there = 3 * (b"\x3f" + 63 * b"x") + b"\x3c" + 60 * b"x" + b"\x00"
    return Said([rr(asked.base, 39, there)], rcode=6)


def target(asked: Asked) -> Said:
    """What `dname` leads to."""
    return Said([rr(asked.name, asked.qtype, content(asked))])


def extra(asked: Asked) -> Said:
    """Records nobody asked for, in every section."""
    stray = rr(_OTHER, 1, bytes((203, 0, 113, 66)))
    servers = [rr(ZONE, 2, b"\x02ns" + ZONE)]
    return Said([rr(asked.name, asked.qtype, content(asked)), stray], servers, [stray])


def stranger(asked: Asked) -> Said:
    """An answer about another name alone."""
    return Said([rr(_OTHER, asked.qtype, content(asked))])


def othertype(asked: Asked) -> Said:
    return Said([rr(asked.name, 99, b"\x03spf")])


def otherclass(asked: Asked) -> Said:
    return Said([rr(asked.name, asked.qtype, content(asked), rclass=3)])


def large(asked: Asked) -> Said:
    """More than a datagram takes."""
    count = asked.random.choice((40, 60, 200))
    return Said([rr(asked.name, asked.qtype, asked.random.randbytes(30)) for _ in range(count)])


def near(asked: Asked) -> Said:
    """About as much as a datagram takes."""
    size = asked.random.randrange(380, 560) if asked.random.random() < 0.5 else 1100
    return Said([rr(asked.name, asked.qtype, asked.random.randbytes(size))])


def truncated(asked: Asked) -> Said:
    """Truncated with a record in it, which is whole."""
    return Said([rr(asked.name, asked.qtype, content(asked))], truncated=True)


def lame(asked: Asked) -> Said:
    """Recursion is not offered, and nothing known."""
    return Said(flags=0x8100)


def referral(asked: Asked) -> Said:
    return Said(authority=[rr(ZONE, 2, b"\x02ns" + ZONE)], flags=0x8100)


def norecursion(asked: Asked) -> Said:
    """An answer, though recursion is not offered."""
    return Said([rr(asked.name, asked.qtype, content(asked))], flags=0x8100)


def home(asked: Asked) -> Said:
    """An address of one's own network for a public name."""
    inside = bytes((192, 168, 1, 1)) if asked.qtype == 1 else b"\xfd" + bytes(14) + b"\x01"
    return Said([rr(asked.name, asked.qtype, inside)])


def misshapen(asked: Asked) -> Said:
    """An address of too many octets."""
    return Said([rr(asked.name, asked.qtype, content(asked) + b"\x00")])


def trailing(asked: Asked) -> Said:
    return Said([rr(asked.name, asked.qtype, content(asked))], trailing=b"\x00trailing")


def _rcode(number: int) -> Script:
    return lambda asked: Said(rcode=number)


def _chain(asked: Asked, length: int) -> Said:
    """What is left of a chain after the aliases that were followed, and the data at its end."""
    owners = [asked.base, *(_target(asked, step) for step in range(1, length + 1))]
    ttls = [asked.random.choice((60, 300)) for _ in range(length)]
    data = rr(owners[-1], asked.qtype, content(asked))
    aliases = [rr(owners[at], _CNAME, owners[at + 1], ttls[at]) for at in range(length)]
    return Said([*aliases, data][asked.step :])


def _target(asked: Asked, step: int) -> bytes:
    label = f"c{step}".encode()
    return bytes((len(label),)) + label + asked.base


def _some_soa(asked: Asked) -> bytes:
    ttl = asked.random.choice((0, 30, 300, 7200, 2**31))
    return soa(asked.base, ttl, asked.random.choice((0, 60, 3600, 100_000)))


RCODES: Final = {f"rcode{number}": _rcode(number) for number in (1, 2, 4, 5, 6, 8, 9, 11, 15, 16)}
ADDRESSED: Final = {"home": home, "misshapen": misshapen}  # of A and AAAA
LARGE: Final = {"large": large, "near": near}  # of a type without a format
APART: Final = (
    *RCODES,
    "lame",
    "referral",
    "norecursion",
    "otherclass",
    "misshapen",
    "loop",
    "itself",
)
SCRIPTS: Final[dict[str, Script]] = {
    **{
        script.__name__: script
        for script in (
            *(plain, unequal, double, authoritative, authentic, reserved, signed, oversigned),
            *(nodata, nxdomain, denied, nosoa, nxnosoa, strangesoa, alias, chain, longchain),
            *(
                backwards,
                loop,
                itself,
                dangling,
                aliasnodata,
                aliasnx,
                twoaliases,
                dname,
                toolong,
                target,
                extra,
            ),
            *(stranger, othertype, otherclass, truncated, lame, referral, norecursion, trailing),
        )
    },
    **ADDRESSED,
    **LARGE,
    **RCODES,
}
