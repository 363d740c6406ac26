"""The questions of a differential run, drawn from a seed."""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

from tests.differential.scripts import ADDRESSED, LARGE, SCRIPTS
from tests.support.packets import opt, option, query, wire

TYPES: Final = (1, 1, 1, 28, 28, 2, 5, 6, 12, 15, 16, 33, 43, 48, 64, 65, 65, 257, 1234)
SPECIAL: Final = (
    *("localhost", "a.localhost", "1.0.0.127.in-addr.arpa", "2.0.0.127.in-addr.arpa", "test"),
    *("printer.local", "10.in-addr.arpa", "1.1.168.192.in-addr.arpa", "x.invalid", "abc.onion"),
    *("nas.home.arpa", "x.internal", "x.alt", "resolver.arpa", "_dns.resolver.arpa"),
    *("use-application-dns.net", "1.2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"),
)
_OPTIONS: Final = (option(3), option(8, b"\x00\x01\x18\x00\xc6\x33\x64"), option(10, b"12345678"))
_ODD_TYPES: Final = (255, 252, 251, 250, 249, 128, 41)
_FLAGS: Final = (0x0100, 0x0100, 0x0100, 0x0120, 0x0110, 0x0130, 0x0140)


@dataclass(frozen=True, slots=True)
class Question:
    """A packet to send, and which script the upstream has for it; empty: a special name."""

    script: str
    name: str
    qtype: int
    packet: bytes
    edns: bool
    do: bool
    qclass: int = 1

    @property
    def rd(self) -> bool:
        return bool(self.packet[2] & 1)

    def under_another_name(self, letter: str) -> "Question":
        """The same question of a name nobody has asked for yet: r17 instead of q17, say."""
        if not self.script:
            return self
        at = self.name.lower().index("q")
        packet = self.packet[: 13 + at] + letter.encode() + self.packet[14 + at :]
        return replace(self, name=self.name[:at] + letter + self.name[at + 1 :], packet=packet)

    def __str__(self) -> str:
        return f"{self.name} type {self.qtype} class {self.qclass}: {self.packet.hex()}"


def questions(seed: int, count: int) -> list[Question]:
    """So many; each name is asked for once, but for special ones."""
    random = Random(seed)
    names = list(SCRIPTS)
    return [_question(random, number, random.choice(names)) for number in range(count)]


def _question(random: Random, number: int, script: str) -> Question:
    drawn = random.random()
    qtype, qclass, flags = random.choice(TYPES), 1, random.choice(_FLAGS)
    name = f"{'c1.' if script in ('dname', 'toolong') else ''}q{number}.{script}.diff.example"
    if drawn < 0.05:
        script, name = "", random.choice(SPECIAL)
    elif drawn < 0.07:
        qtype = random.choice(_ODD_TYPES)
    elif drawn < 0.08:
        qclass = random.choice((3, 4, 255, 254))
    elif drawn < 0.09:
        flags = 0x0000
    if script in ADDRESSED:
        qtype = random.choice((1, 28))
    elif script in LARGE:
        qtype = 1234
    if random.random() < 0.3:
        name = "".join(letter.upper() if random.random() < 0.5 else letter for letter in name)
    edns, do = _edns(random)
    packet = query(wire(name), qtype, qclass=qclass, flags=flags, edns=edns)
    return Question(script, name, qtype, packet, bool(edns), do, qclass)


def _edns(random: Random) -> tuple[bytes, bool]:
    """An OPT record or none, and whether it says DO."""
    if random.random() < 0.3:
        return b"", False
    do = random.random() < 0.4
    payload = random.choice((0, 511, 512, 1232, 1232, 1400, 4096, 65_535))
    options = random.choice((b"", b"", b"", *_OPTIONS))
    version = 1 if random.random() < 0.02 else 0
    return opt(payload, do=do, version=version, options=options), do
