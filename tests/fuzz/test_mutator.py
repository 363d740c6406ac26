"""The mutator: the same seed, the same packets; many broken in many ways, and some not at all."""

from collections import Counter
from random import Random

from dnslib import DNSError, DNSRecord

from tests.fuzz import corpus
from tests.fuzz.mutator import Mutator, layout_of
from tests.support.packets import opt, option, query, question

ASKED = question("www.example.com", 28)


def packets(seed: int, count: int) -> list[bytes]:
    random = Random(seed)
    valid = corpus.queries(random, 100)
    mutator = Mutator(random, valid)
    return [mutator.mutated(random.choice(valid)) for _ in range(count)]


def test_the_same_seed_makes_the_same_packets() -> None:
    assert packets(1, 300) == packets(1, 300)
    assert packets(1, 300) != packets(2, 300)


def test_what_it_starts_from_is_valid() -> None:
    random = Random(5)
    for packet in corpus.queries(random, 300):
        DNSRecord.parse(packet)
    for _ in range(300):
        layout = layout_of(corpus.answer(random, ASKED))
        assert layout.labels
        assert corpus.question_of(corpus.answer(random, ASKED)) == ASKED


def test_the_layout_finds_every_part() -> None:
    packet = query("a.bc", edns=opt(options=option(10, b"12345678") + option(12)))
    layout = layout_of(packet)
    assert layout.labels == [12, 14, 17, 22]  # a, bc, the root, and the owner of OPT
    assert layout.records == [23]
    assert layout.options == [35, 47]


def test_it_breaks_most_and_leaves_some() -> None:
    fates: Counter[str] = Counter()
    for packet in packets(3, 2_000):
        try:
            DNSRecord.parse(packet)
            fates["read"] += 1
        except (DNSError, ValueError):
            fates["broken"] += 1
        fates["short"] += len(packet) < 12
        fates["response"] += len(packet) > 2 and packet[2] >> 7
        fates["long"] += len(packet) > 4096
    assert min(fates.values()) > 10
    assert fates["broken"] > 400


def test_it_keeps_what_it_is_told_to_but_flags_and_counts() -> None:
    random = Random(1)
    whole = corpus.answer(random, ASKED)
    mutator, keep = Mutator(random, [whole]), 12 + len(ASKED)
    for _ in range(1_000):
        broken = mutator.mutated(whole, keep)
        assert (broken[:2], broken[12:keep]) == (whole[:2], ASKED)
