"""The wire format as far as answering needs it: a query in, the frame of a reply out.

Rule: whatever arrives, the outcome is a Query, a FormatError that carries its own reply, or
silence. Nothing here loops on the length a stranger claims, follows a pointer, or raises anything
else.
"""

from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import Final

# RFC 1035, 2136, 6895: the numbers used here, under their registered names.
A, NS, CNAME, SOA, PTR, HINFO, AAAA, OPT, DS, RRSIG, HTTPS, IXFR, AXFR, ANY = (
    *(1, 2, 5, 6, 12, 13, 28, 41, 43, 46, 65, 251, 252, 255),
)
KEEPALIVE = 11  # an option of EDNS
IN = 1
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, BADVERS = 0, 1, 2, 3, 4, 5, 16
YXDOMAIN = 6  # of a DNAME by which the name gets too long (RFC 6672 section 2.2)

HEADER = 12
LARGEST_QUERY: Final = 4096  # a question with a long name and many options is far smaller
UDP_PAYLOAD: Final = (
    1232  # RFC 9715: what passes any path unfragmented; our own and the most we send
)
UDP_MINIMUM: Final = 512  # RFC 1035 section 4.2.1, RFC 6891 section 6.2.3
STREAM_LIMIT: Final = 65_535
MAX_OPTIONS = 64  # a query has a handful; a thousand tiny ones are an attack on our time

_ONE_QUESTION = b"\x00\x01\x00\x00\x00\x00\x00"


@dataclass(slots=True)
class Query:
    """One question, parsed. Not frozen: it is made once per new packet, and frozen costs five
    times as much.

    shape packs what a reply depends on (see `frame`): RD, CD and AD as asked, EDNS, DO, and whether
    structured errors are wanted.
    limit is the size in octets that the client takes. key is empty until `keyed` makes it: what is
    blocked has no use for it.
    """

    name: bytes
    qtype: int
    qclass: int
    question: bytes
    shape: int
    limit: int
    key: bytes = b""

    def keyed(self, upstreams: bytes = b"") -> bytes:
        """What equal questions share, whatever their letters' case: whom they are asked of, folded
        name, type, class, DO and CD (RFC 4035 section 3.2, RFC 6840 section 5.9).
        """
        kind = self.question[-4:]
        self.key = key = upstreams + self.name + kind + _KEYED[self.shape & (_CD | _DO)]
        return key

    @property
    def stream(self) -> bool:
        """Whether it came over a connection."""
        return self.limit == STREAM_LIMIT

    @property
    def edns(self) -> bool:
        return self.shape & _EDNS != 0

    @property
    def do(self) -> bool:
        return self.shape & _DO != 0

    @property
    def cd(self) -> bool:
        return self.shape & _CD != 0

    @property
    def rd(self) -> bool:
        return self.shape & RD != 0

    @property
    def understands_ad(self) -> bool:
        """Whether it may be told that data is authentic: it set AD or DO (RFC 6840 section 5.8)."""
        return self.shape & (AD | _DO) != 0


class FormatError(ValueError):
    """A packet that is no query we can serve. `reply` is what to send after the id; empty for
    silence.
    """

    def __init__(self, reply: bytes) -> None:
        super().__init__()
        self.reply = reply


# A shape is CD and AD in their places of the second flag octet, and all else in the bits above it.
_AA = 0x04
_CD = 0x10
AD = 0x20
RD = 0x100
_EDNS = 0x200
_DO = 0x400
_MORE = 0x800  # additional records, still to be read; never in a Query
_STRUCTURED = 0x1000

_STRUCTURED_ERROR = 26  # the EDNS option of draft-ietf-dnsop-structured-dns-error; it has no data


def parse_query(packet: bytes, most: int = UDP_PAYLOAD) -> Query:
    """The question in `packet`; `most` is the largest reply its transport takes. Raises
    FormatError.
    """
    shape = _SHAPES.get(packet[2:HEADER])
    try:
        if shape is None or len(packet) > LARGEST_QUERY:
            shape = _unusual_shape(packet)
        position = HEADER
        while length := packet[position]:
            if length > 63:  # RFC 1035 section 2.3.4; a pointer has nothing before it to point to
                raise _Malformed
            position += length + 1
        end = position + 5
        if position > HEADER + 254 or end > len(packet):
            raise _Malformed
        name = packet[HEADER : position + 1].lower()
        kind = packet[position + 1 : end]
        qtype, qclass = _KINDS.get(kind) or _KIND.unpack(kind)
        limit = UDP_MINIMUM if most == UDP_PAYLOAD else most
        if shape & _MORE:
            shape, limit = _additional(packet, end, shape ^ _MORE, limit, most)
        return Query(name, qtype, qclass, packet[HEADER:end], shape, limit)
    except (IndexError, _Malformed):
        raise FormatError(_refusal(packet, FORMERR)) from None


@lru_cache(4096)
def frame(
    shape: int, rcode: int, answers: int, authorities: int, additionals: int, aa: bool = False
) -> bytes:
    """A reply's header after the id: QR, RA, RD and CD as asked; AD, TC and Z clear.

    AA is for what is said here of our own accord.
    """
    return bytes(
        (
            *(0x80 | (_AA if aa else 0) | (shape & RD) >> 8, 0x80 | shape & _CD | rcode, 0, 1),
            *(answers >> 8, answers & 255, authorities >> 8, authorities & 255, 0, additionals),
        )
    )


@lru_cache(1024)
def opt(shape: int, options: bytes = b"", extended_rcode: int = 0) -> bytes:
    """Our OPT record for a client that sent one (RFC 6891 section 6.1.1), else nothing."""
    if not shape & _EDNS:
        return b""
    flags = b"\x80\x00" if shape & _DO else b"\x00\x00"
    head = b"\x00\x00\x29" + UDP_PAYLOAD.to_bytes(2, "big") + bytes((extended_rcode, 0)) + flags
    return head + len(options).to_bytes(2, "big") + options


def wants_structured_errors(shape: int) -> bool:
    """Whether the text of an extended error is to be JSON."""
    return shape & _STRUCTURED != 0


def unanswerable(packet: bytes) -> bytes:
    """The reply to a query that we fail at although it is whole: SERVFAIL, a header alone."""
    return packet[:2] + _bare(packet, SERVFAIL)


class _Malformed(Exception):
    """The packet ends early or breaks a rule: FORMERR."""


# Flags and counts as nearly all queries have them, at one look: one question, with or without an
# additional record; RD, CD and AD as the client likes.
_SHAPES = {
    bytes((rd, ad_cd, 0, 1, 0, 0, 0, 0, 0, more)): rd << 8 | ad_cd | (_MORE if more else 0)
    for rd in (0, 1)
    for ad_cd in (0, 0x10, 0x20, 0x30)
    for more in (0, 1)
}
_KIND = Struct(">HH")  # type, class
_KINDS = {_KIND.pack(qtype, IN): (qtype, IN) for qtype in (A, AAAA, HTTPS)}
_KEYED = {0: b"\x00", _CD: b"\x01", _DO: b"\x02", _CD | _DO: b"\x03"}


def _bare(packet: bytes, rcode: int) -> bytes:
    """A reply of a header only, for a packet whose question cannot be repeated."""
    return bytes((0x80 | packet[2] & 0x79, 0x80 | packet[3] & _CD | rcode)) + bytes(8)


def _refusal(packet: bytes, rcode: int) -> bytes:
    """A header alone; for a packet with an OPT record its question and ours, for without one it
    would say that EDNS is not understood (RFC 6891 section 7).
    """
    bare = _bare(packet, rcode)
    end = _question_end(packet)
    record = opt(_shape_of_edns(packet, end)) if end else b""
    if not record:
        return bare
    return bare[:2] + b"\x00\x01\x00\x00\x00\x00\x00\x01" + packet[HEADER:end] + record


def _question_end(packet: bytes) -> int:
    """Where the one question ends; 0 for none, or one that cannot be read."""
    at = HEADER
    try:
        while length := packet[at]:
            at += length + 1 if length < 64 else len(packet)
    except IndexError:
        return 0
    one = packet[4:6] == b"\x00\x01" and at <= HEADER + 254 and at + 5 <= len(packet)
    return at + 5 if one else 0


def _shape_of_edns(packet: bytes, at: int) -> int:
    """What an OPT record behind the question says for a reply, however broken it is or what is
    around it; 0 when there is none to be found.
    """
    try:
        for _ in range(sum(packet[7:HEADER:2])):
            while 0 < (length := packet[at]) < 64:
                at += length + 1
            at += 2 if length else 1
            if packet[at : at + 2] == b"\x00\x29":
                return _EDNS | (_DO if packet[at + 6] & 0x80 else 0)
            at += 10 + (packet[at + 8] << 8 | packet[at + 9])
    except IndexError:
        pass
    return 0


def _unusual_shape(packet: bytes) -> int:
    """The shape of what is not in _SHAPES, if it is a query at all."""
    if len(packet) < HEADER or packet[2] & 0x80:
        raise FormatError(b"")  # no header to answer to, or itself a response: never answered
    if packet[2] & 0x78:
        raise FormatError(_refusal(packet, NOTIMP))
    # RFC 9619: one question; a query has no answers to give, and not hundreds of other records.
    if packet[4:11] != _ONE_QUESTION or len(packet) > LARGEST_QUERY:
        raise _Malformed
    return (packet[2] & 0x01) << 8 | packet[3] & (_CD | AD) | (_MORE if packet[11] else 0)


def _additional(packet: bytes, at: int, shape: int, limit: int, most: int) -> tuple[int, int]:
    """Shape and limit as the OPT record among the additional records has them."""
    question_end = at
    for _ in range(packet[10] << 8 | packet[11]):
        owner = at
        while length := packet[at]:
            if length > 63:
                at += 1  # a pointer ends the name
                break
            at += length + 1
        at += 1
        size = packet[at + 8] << 8 | packet[at + 9]
        data = at + 10
        if data + size > len(packet):
            raise _Malformed
        if packet[at] == 0 and packet[at + 1] == OPT:
            if shape & _EDNS or packet[owner]:  # RFC 6891 section 6.1.1: one OPT, owned by the root
                raise _Malformed
            shape |= _EDNS | (_DO if packet[at + 6] & 0x80 else 0)
            if packet[at + 5]:
                raise FormatError(_bad_version(packet, question_end, shape))
            if size:
                shape |= _of_options(packet, data, data + size, most)
            if most == UDP_PAYLOAD:
                payload = packet[at + 2] << 8 | packet[at + 3]
                limit = min(max(payload, UDP_MINIMUM), UDP_PAYLOAD)
        at = data + size
    return shape, limit


def _of_options(packet: bytes, at: int, end: int, most: int) -> int:
    """The bits of a shape that the options stand for; nearly all of them for none."""
    bits = 0
    for _ in range(MAX_OPTIONS):
        length = packet[at + 2] << 8 | packet[at + 3]
        if packet[at] == 0:
            if packet[at + 1] == _STRUCTURED_ERROR:
                bits = _STRUCTURED  # whatever its data
            elif length and packet[at + 1] == KEEPALIVE and most == STREAM_LIMIT:
                raise _Malformed  # a client has no time to tell (RFC 7828 section 3.2.1)
        at += 4 + length
        if at == end:
            return bits
        if at + 4 > end:
            break
    raise _Malformed


def _bad_version(packet: bytes, question_end: int, shape: int) -> bytes:
    question = packet[HEADER:question_end]
    record = opt(shape, extended_rcode=BADVERS >> 4)
    return frame(shape, BADVERS & 15, 0, 0, 1) + question + record
