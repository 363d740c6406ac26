"""Records inside a message: found, bounded by it, and copied with their names written out."""

import pytest

from blocker.core.records import (
    ALIEN,
    BadRecord,
    addresses,
    copy,
    expand,
    read,
    service_targets,
    target,
)

HEADER = bytes(12)
NAME = b"\x03www\x07example\x00"
POINTER = b"\xc0\x0c"


def record(
    owner: bytes, rtype: int, content: bytes, ttl: int = 60, size: int | None = None
) -> bytes:
    length = len(content) if size is None else size
    head = rtype.to_bytes(2, "big") + b"\x00\x01" + ttl.to_bytes(4, "big")
    return owner + head + length.to_bytes(2, "big") + content


def test_records_are_read_where_they_lie() -> None:
    first, second = record(POINTER, 1, b"abcd"), record(b"\x01B" + POINTER, 16, b"\x01x", ttl=9)
    message = HEADER + NAME + first + second
    one, two = read(message, 25, 2, NAME)
    assert (one.owner, one.rtype, one.ttl, one.start) == (NAME, 1, 60, 25)
    assert message[one.data : one.end] == b"abcd"
    assert (two.owner, two.ttl, two.start) == (b"\x01b" + NAME, 9, one.end)
    assert message[two.ttl_at : two.ttl_at + 4] == b"\x00\x00\x00\x09"
    assert two.end == len(message)


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"\xc0",
        POINTER,
        record(POINTER, 1, b"abcd")[:-1],
        record(POINTER, 1, b"abcd", size=5),
        record(POINTER, 1, b"", size=65_535),
        record(b"\xc0\x19", 1, b"abcd"),
        record(b"\xff\xff", 1, b"abcd"),
        record(b"\x40" + b"a" * 64 + b"\x00", 1, b"abcd"),
        record(b"\x80\x00", 1, b"abcd"),
    ],
    ids=str,
)
def test_what_is_no_record_is_a_bad_record(rest: bytes) -> None:
    with pytest.raises(BadRecord):
        read(HEADER + NAME + rest, 25, 1, NAME)


def test_a_pointer_leads_strictly_backwards() -> None:
    # RFC 9267 section 2: forwards, to itself, or to and fro would never end.
    for at, name in ((12, b"\xc0\x0c"), (12, b"\xc0\x0e\xc0\x0c"), (14, b"\xc0\x0e\xc0\x0c")):
        with pytest.raises(BadRecord):
            expand(HEADER + name, at)
    with pytest.raises(BadRecord):
        expand(HEADER + b"\x01a\xc0\x0c", 12)


def test_pointers_to_pointers_are_followed() -> None:
    message = HEADER + NAME + b"\x01b\xc0\x0c" + b"\xc0\x19"
    assert expand(message, 29) == (b"\x01b" + NAME, 31)


def test_a_name_has_at_most_255_octets_however_it_is_made() -> None:
    label = b"\x3f" + b"a" * 63
    assert len(expand(HEADER + label * 3 + b"\x3d" + b"a" * 61 + b"\x00", 12)[0]) == 255
    with pytest.raises(BadRecord):
        expand(HEADER + label * 3 + b"\x3e" + b"a" * 62 + b"\x00", 12)
    with pytest.raises(BadRecord):
        expand(HEADER + label * 3 + b"\x00" + label + b"\xc0\x0c", 12 + 193)


def test_the_target_of_an_alias_stays_inside_its_record() -> None:
    message = HEADER + NAME + record(POINTER, 5, b"\x03Web" + POINTER)
    (alias,) = read(message, 25, 1, NAME)
    assert target(message, alias) == b"\x03web" + NAME
    beyond = record(POINTER, 5, b"\x02a") + b"b\x00"
    (alias,) = read(HEADER + NAME + beyond, 25, 1, NAME)
    with pytest.raises(BadRecord):
        target(HEADER + NAME + beyond, alias)


def test_a_copy_stands_for_itself() -> None:
    message = (
        HEADER
        + NAME
        + record(POINTER, 1, b"abcd")
        + record(POINTER, 15, b"\x00\x0a\x04mail" + POINTER, ttl=7)
        + record(POINTER, 1234, POINTER)
    )
    records = read(message, 25, 3, NAME)
    body, ttls = copy(message, records[1:])
    assert body == (
        record(NAME, 15, b"\x00\x0a\x04mail" + NAME, ttl=7) + record(NAME, 1234, POINTER)
    )
    assert [(int.from_bytes(body[at : at + 4], "big"), ttl) for at, ttl in ttls] == [
        (7, 7),
        (60, 60),
    ]


def test_a_copy_keeps_letters_and_leaves_the_names_asked_to_the_question() -> None:
    message = HEADER + NAME + record(b"\x03wWw\x07example\x00", 5, b"\x03Web" + POINTER)
    message += record(b"\x03Web" + POINTER, 1, b"abcd")
    body, _ = copy(message, read(message, 25, 2, NAME), NAME)
    assert body == (record(POINTER, 5, b"\x03Web" + NAME) + record(b"\x03Web" + NAME, 1, b"abcd"))


def test_a_name_that_runs_past_its_record_is_not_copied() -> None:
    message = HEADER + NAME + record(POINTER, 15, b"\x00\x0a\x04ma", size=5) + b"il\x00"
    with pytest.raises(BadRecord):
        copy(message, read(message, 25, 1, NAME))


def test_data_that_is_too_large_once_its_names_are_written_out_is_not_copied() -> None:
    # One that ends in octets that do not belong there; a good one is never that long.
    message = HEADER + NAME + record(POINTER, 15, b"\x00\x0a" + POINTER + bytes(65_531))
    with pytest.raises(BadRecord):
        copy(message, read(message, 25, 1, NAME))


def test_a_record_of_another_class_has_no_type_here() -> None:
    chaos = record(POINTER, 1, b"abcd").replace(b"\x00\x01\x00\x01", b"\x00\x01\x00\x03")
    one, two = read(HEADER + NAME + chaos + record(POINTER, 1, b"abcd"), 25, 2, NAME)
    assert (one.rtype, two.rtype) == (ALIEN, 1)


def targets_of(*contents: bytes, rtype: int = 65) -> tuple[bytes, ...]:
    message = HEADER + NAME + b"".join(record(POINTER, rtype, each) for each in contents)
    return service_targets(message, read(message, 25, len(contents), NAME))


def test_where_a_service_leads() -> None:
    # RFC 9460 section 2.5: the root stands for the owner.
    alias, service = b"\x00\x00\x01A\x02bC\x00", b"\x00\x01\x01d\x00\x00\x01\x00\x03\x02h2"
    assert targets_of(alias, service) == (b"\x01a\x02bc\x00", b"\x01d\x00")
    assert targets_of(alias, rtype=64) == (b"\x01a\x02bc\x00",)
    assert targets_of(alias, rtype=16) == ()
    assert targets_of(b"\x00\x01\x00", b"\x00\x01" + POINTER, b"", b"\x00\x01") == ()


@pytest.mark.parametrize("content", [b"\x00\x01\x05ab", b"\x00\x01\xff\xff", b"\x00\x01\x01a"])
def test_a_service_whose_name_runs_past_its_record_is_bad(content: bytes) -> None:
    with pytest.raises(BadRecord):
        targets_of(content)


def test_addresses_are_those_of_records_and_of_hints_that_can_be_read() -> None:
    hints = b"\x00\x01\x00" + b"\x00\x04\x00\x04efgh"
    message = (
        HEADER
        + NAME
        + record(POINTER, 1, b"abcd")
        + record(POINTER, 65, b"\x00\x01\xc0\xff")  # its name leads ahead
        + record(POINTER, 65, hints)
    )
    assert list(addresses(message, read(message, 25, 3, NAME))) == [b"abcd", b"efgh"]
