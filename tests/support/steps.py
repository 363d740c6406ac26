"""What the scripted upstream sends: packets by the name of a step, right and wrong in one way each.

"drop" "answer" "wrong-id+answer" "delay:0.3" "rcode:2"         by name
saying("a.example 60 A 192.0.2.7", flags={"aa": 1})      these records and flags
"""

import random
import socket
import struct
from collections.abc import Callable, Iterable, Mapping

from tests.support import packets

A, AAAA, SVCB, HTTPS = 1, 28, 64, 65
ADDRESS = bytes((192, 0, 2, 80))
# At the name itself, for those who know key 65280: nobody, or browsers would go to https:// by it.
_SERVICE = b"\x00\x01\x00" + b"\x00\x00\x00\x02\xff\x00" + b"\xff\x00\x00\x00"
_CONTENT = {AAAA: b"\x20\x01\x0d\xb8" + bytes(11) + b"\x50", HTTPS: _SERVICE, SVCB: _SERVICE}
HEADER = 12

Step = str | Callable[[bytes, bytes], list[bytes]]  # or from an id and a question to messages


def saying(
    *answers: str,
    authority: Iterable[str] = (),
    additional: Iterable[str] = (),
    rcode: int = 0,
    opt: bytes = b"",
    flags: Mapping[str, int] | None = None,
) -> Step:
    """One response with these records, as in a zone file, and this OPT record after them; `flags`
    are those that are not as usual.
    """

    def send(packet_id: bytes, question: bytes) -> list[bytes]:
        said = packets.response(
            question,
            *answers,
            authority=authority,
            additional=additional,
            rcode=rcode,
            flags=dict(flags or {}),
        )
        additionals = int.from_bytes(said[10:12], "big") + bool(opt)
        head = packet_id + said[2:10] + additionals.to_bytes(2, "big")
        return [head + question + said[HEADER + len(question) :] + opt]

    return send


def sending(*hexadecimal: str) -> Step:
    """One response with these records of the question's name and type, by their data."""
    return lambda packet_id, question: [
        packet_id
        + struct.pack(">5H", 0x8180, 1, len(hexadecimal), 0, 0)
        + question
        + b"".join(
            b"\xc0\x0c" + question[-4:] + struct.pack(">IH", 300, len(octets)) + octets
            for octets in map(bytes.fromhex, hexadecimal)
        )
    ]


def messages(verb: str, value: str, packet_id: bytes, question: bytes, *, opt: bool) -> list[bytes]:
    """The packets a step sends."""
    good = response(packet_id, question)
    wrong_id = bytes((packet_id[0] ^ 0x55, packet_id[1]))
    match verb:
        case "answer" | "delay" | "wrong-port":
            return [good]
        case "duplicate":
            return [good, good]
        case "wrong-id":
            return [response(wrong_id, question)]
        case "wrong-question":
            return [response(packet_id, b"\x05wrong\x04test\x00" + question[-4:])]
        case "lower-case":
            return [response(packet_id, question[:-4].lower() + question[-4:])]
        case "other-type":
            return [response(packet_id, question[:-4] + b"\x00\x10" + question[-2:])]
        case "two-questions":
            return [good[:5] + b"\x02" + good[6:]]
        case "opcode":
            return [good[:2] + bytes((good[2] | 0x28,)) + good[3:]]
        case "formerr":  # without the question, as of who could not read it
            return [packet_id + b"\x81\x81" + bytes(8)]
        case "no-question":
            return [packet_id + b"\x81\x80" + bytes(8)]
        case "query":
            return [packet_id + b"\x01\x00" + good[4:]]
        case "rcode":
            return [response(packet_id, question, rcode=int(value), answers=0)]
        case "nodata":
            return [response(packet_id, question, answers=0)]
        case "no-edns":  # FORMERR to a query with an OPT record, as servers from before 1999
            refused = response(packet_id, question, rcode=1, answers=0)
            return [refused if opt else good]
        case "no-edns-bare":
            return [packet_id + b"\x81\x81" + bytes(8) if opt else good]
        case "bad-version":  # BADVERS: its upper bits stand in the OPT record
            record = b"\x00\x00\x29\x04\xd0\x01\x00\x00\x00\x00\x00"
            bare = response(packet_id, question, answers=0)
            return [bare[:10] + b"\x00\x01" + bare[12:] + record if opt else good]
        case "truncated":
            whole = response(packet_id, question, answers=0)
            return [whole[:2] + bytes((whole[2] | 0x02,)) + whole[3:]]
        case "cut":  # the answer ends in the middle of its record
            return [good[:-3]]
        case "extra":
            other = b"\x05other\x04test\x00" + struct.pack(">HHIH", A, 1, 60, 4) + ADDRESS
            return [good[:10] + b"\x00\x01" + good[12:] + other]
        case "alias":  # alias:target: the name is an alias, and the target has the address
            return [aliased(packet_id, question, value)]
        case "address":  # address:127.0.0.2: that is the A record; of other types there is none
            has = question[-4:-2] == b"\x00\x01"
            known = response(packet_id, question, answers=int(has))
            return [known[:-4] + socket.inet_aton(value) if has else known]
        case "garbage":
            noise = random.Random(question)
            return [wrong_id + bytes(noise.randrange(256) for _ in range(78))]
        case "garbage-id":  # but its id is right
            return [packet_id + bytes(range(0xF0, 0xFF)) * 3]
        case "empty":
            return [b""]
    message = f"no step is called {verb}"
    raise ValueError(message)


def aliased(packet_id: bytes, question: bytes, target: str) -> bytes:
    name = b"".join(bytes((len(label),)) + label.encode() for label in target.split(".")) + b"\x00"
    alias = b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 60, len(name)) + name
    address = name + struct.pack(">HHIH", A, 1, 60, 4) + ADDRESS
    return packet_id + b"\x81\x80\x00\x01\x00\x02" + bytes(4) + question + alias + address


def response(packet_id: bytes, question: bytes, *, rcode: int = 0, answers: int = 1) -> bytes:
    """An answer to any question: records of its type, of addresses and services as they must be."""
    head = packet_id + bytes((0x81, 0x80 | rcode, 0, 1, 0, answers, 0, 0, 0, 0))
    content = _CONTENT.get(int.from_bytes(question[-4:-2], "big"), ADDRESS)
    record = b"\xc0\x0c" + question[-4:] + struct.pack(">IH", 60, len(content)) + content
    return head + question + record * answers
