"""The two ways to hurt a server: as a client, and as its upstream.

Invariant of both: no crash, no traceback, no growth of memory; a packet with a header that is no
response has one reply, which is well formed, and all others have none; afterwards a control
question is answered at once, and what was never asked is not known.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from tests.fuzz import corpus
from tests.fuzz.campaign import Campaign, Outcome, running
from tests.fuzz.lying import HONEST_AGAIN
from tests.fuzz.mutator import Mutator
from tests.fuzz.opening import opener
from tests.fuzz.wires import Wire
from tests.support.packets import opt, query, wire

BATCH: Final = 64  # packets on their way; what the kernel's buffers hold for certain
BATCH_OCTETS: Final = 40_000
IN_FLIGHT: Final = 512  # questions; many of them wait for time-outs
_BATCHES_A_WIRE: Final = 40

Advance = Callable[[int], None]


def clients(
    folder: Path, transport: str, packets: int, seed: int, advance: Advance = lambda count: None
) -> Outcome:
    """So many broken queries over a transport."""
    outcome = Outcome(f"queries over {transport}", seed, packets, advance)
    random = Random(seed)
    valid = corpus.queries(random, 1_000)
    mutator = Mutator(random, valid)
    with running(folder, outcome, "udp") as campaign:
        open_wire = opener(transport, campaign.ports[transport])
        while outcome.packets < packets:
            with campaign.watched(open_wire()) as client:
                for _ in range(_BATCHES_A_WIRE):
                    batch = _batch(mutator, random, valid)
                    campaign.send(client, batch)
                    campaign.settle(client)
                    outcome.note(outcome.packets + len(batch), campaign.server)
                client.break_off(random)
        with campaign.watched(open_wire()) as client:
            campaign.finish(client)
    return outcome


def upstreams(
    folder: Path, scheme: str, packets: int, seed: int, advance: Advance = lambda count: None
) -> Outcome:
    """So many broken answers from an upstream. Some questions are asked again at once, to be
    answered from the cache.
    """
    outcome = Outcome(f"answers of a {scheme} upstream", seed, packets, advance)
    random = Random(seed)
    with running(folder, outcome, scheme) as campaign:
        upstream = campaign.upstream
        upstream.most = packets
        with campaign.watched(opener("udp", campaign.ports["udp"])()) as client:
            while upstream.sent < packets:
                room = min(IN_FLIGHT - len(campaign.owed), BATCH)
                campaign.send(client, [_question(random) for _ in range(room)])
                answered = [packet for packet, _ in campaign.turn(client)]
                campaign.send(client, [each for each in answered if random.random() < 0.3])
                outcome.note(upstream.sent, campaign.server)
            campaign.settle(client)
            _expect_no_poison(campaign, client)
            campaign.finish(client)
    return outcome


def _batch(mutator: Mutator, random: Random, valid: list[bytes]) -> list[bytes]:
    batch: list[bytes] = []
    octets = 0
    while len(batch) < BATCH and octets < BATCH_OCTETS:
        batch.append(mutator.mutated(random.choice(valid))[:65_000])
        octets += len(batch[-1])
    return batch


def _question(random: Random) -> bytes:
    # Some lead there by an alias of the user's own: what comes is then written out behind it.
    zone = random.choice(("lab.example", "lab.example", "alias.example"))
    name = bytes((12,)) + random.randbytes(6).hex().encode() + wire(zone)
    qtype = random.choice((1, 1, 1, 28, 65, 5, 6, 15, 33, 46, 16, 1234))
    edns = opt(do=random.random() < 0.5) if random.random() < 0.8 else b""
    return query(name, qtype, flags=random.choice((0x0100, 0x0110)), edns=edns)


def _expect_no_poison(campaign: Campaign, client: Wire) -> None:
    for name in HONEST_AGAIN:
        reply = campaign.ask(client, name)
        if corpus.FORGED in reply or bytes((192, 0, 2, 1)) not in reply:
            raise campaign.violation(f"{name!r} is poisoned", reply=reply)
