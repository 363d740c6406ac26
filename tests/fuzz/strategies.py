"""What the fuzz targets throw: queries and answers, whole, wrong and mutated."""

from hypothesis import strategies as st

from tests.support import packets

# Few letters and few labels, so that names meet; and octets that look like lengths or pointers.
OCTETS = st.sampled_from(b"abAB\x00\x01\x02\x06.\\\xc0\xff")
LABELS = st.one_of(
    st.sampled_from([b"a", b"B", b"www", b"xiaomi", b"com", b"localhost", b"arpa", b"home"]),
    st.lists(OCTETS, min_size=1, max_size=4).map(bytes),
    st.integers(60, 63).map(lambda length: b"x" * length),
)
NAMES = st.lists(LABELS, max_size=5).map(
    lambda labels: b"".join(bytes((len(label),)) + label for label in labels) + b"\x00"
)
TYPES = st.one_of(
    st.sampled_from([1, 2, 5, 6, 12, 15, 16, 28, 33, 39, 41, 43, 46, 64, 65, 252, 255]),
    st.integers(0, 65_535),
)
CLASSES = st.one_of(st.just(1), st.integers(0, 65_535))
OPTIONS = st.lists(
    st.builds(packets.option, st.integers(0, 65_535), st.binary(max_size=8)), max_size=4
).map(b"".join)
OPT_RECORDS = st.builds(
    packets.opt,
    st.integers(0, 65_535),
    do=st.booleans(),
    version=st.sampled_from([0, 0, 0, 1, 255]),
    options=OPTIONS,
    owner=st.sampled_from([b"\x00", b"\x00", b"\x00", b"\x01a\x00", b"\xc0\x0c"]),
)


@st.composite
def queries(draw: st.DrawFn) -> bytes:
    """A query, nearly always one that can be read."""
    extra = draw(st.lists(OPT_RECORDS, max_size=2))
    head = packets.header(
        packet_id=draw(st.integers(0, 65_535)),
        flags=draw(st.one_of(st.sampled_from([0x0100, 0x0110, 0x0120]), st.integers(0, 65_535))),
        counts=(draw(st.sampled_from([1, 1, 1, 1, 0, 2])), 0, 0, len(extra)),
    )
    asked = packets.question(draw(NAMES), draw(TYPES), draw(CLASSES))
    return head + asked + b"".join(extra) + draw(st.sampled_from([b"", b"", b"\x00", b"abc"]))


@st.composite
def mutated(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """A packet with some octets changed, dropped, doubled, or its end cut off."""
    packet = bytearray(draw(whole))
    for _ in range(draw(st.integers(0, 6))):
        if not packet:
            break
        at = draw(st.integers(0, len(packet) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                packet[at] = draw(st.integers(0, 255))
            case 1:
                packet[at] ^= 1 << draw(st.integers(0, 7))
            case 2:
                del packet[at : at + draw(st.integers(1, 8))]
            case 3:
                packet[at:at] = packet[at : at + draw(st.integers(1, 8))]
            case 4:
                del packet[at:]
    return bytes(packet)


PACKETS = st.one_of(queries(), mutated(queries()), st.binary(max_size=80))


@st.composite
def records(draw: st.DrawFn, owners: st.SearchStrategy[bytes]) -> bytes:
    """One record; its data is a name, a service binding, or anything."""
    rtype = draw(TYPES)
    content = draw(
        st.one_of(
            st.binary(max_size=24),
            owners,
            st.sampled_from([b"\xc0\x0c", b"\x01a\xc0\x0c", b"\xc0\xff", b"\x00\x0a\xc0\x0c"]),
        )
    )
    ttl = draw(st.one_of(st.sampled_from([0, 1, 60, 300]), st.integers(0, 2**32 - 1)))
    fixed = rtype.to_bytes(2, "big") + b"\x00\x01" + ttl.to_bytes(4, "big")
    return draw(owners) + fixed + len(content).to_bytes(2, "big") + content


@st.composite
def responses(draw: st.DrawFn, asked: bytes) -> bytes:
    """An answer to a question, with records that have and have not to do with it."""
    owners = st.one_of(st.just(b"\xc0\x0c"), st.just(asked[:-4]), NAMES)
    sections = [draw(st.lists(records(owners), max_size=4)) for _ in range(2)]
    head = packets.header(
        flags=0x8180 | draw(st.sampled_from([0, 0, 0, 3])),
        counts=(1, len(sections[0]), len(sections[1]), 0),
    )
    return head + asked + b"".join(sections[0] + sections[1])
