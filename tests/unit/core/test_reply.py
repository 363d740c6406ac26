"""Ready replies: until when they hold, and how one from an answer is renewed."""

from weakref import ref

from blocker.core.answer import Lifetimes
from blocker.core.reply import AgingReply, Reply, failed, malformed, refused, told, waited
from blocker.core.response import parse_answer
from blocker.core.rows import Rows
from blocker.core.wire import STREAM_LIMIT, FormatError, parse_query
from tests.support.packets import TXT, extended_errors, opt, query, read, response


def test_a_reply_is_not_renewed() -> None:
    reply = Reply(b"tail", 5.0, "blocked", None)
    assert not reply.renewed(6.0)
    assert reply.tail == b"tail"


def test_a_reply_from_an_answer_is_renewed_each_second_while_it_lives() -> None:
    asked = parse_query(query())
    message = response(asked.question, "www.example.com. 3 IN A 192.0.2.1")
    answer = parse_answer(asked, message, 0.0, Lifetimes())
    assert answer is not None
    reply = AgingReply(answer.tail(asked, 0.0), 1.0, "cached", None, asked, ref(answer), "")
    for now, ttl, until in ((1.0, 2, 2.0), (2.5, 1, 3.0)):
        assert reply.renewed(now)
        assert (read(bytes(2) + reply.tail).rr[0].ttl, reply.until) == (ttl, until)
    assert answer.uses == 2
    assert not reply.renewed(3.0)


def test_it_is_not_renewed_when_the_store_has_let_go_of_the_answer() -> None:
    asked = parse_query(query())
    message = response(asked.question, "www.example.com. 3 IN A 192.0.2.1")
    answer = parse_answer(asked, message, 0.0, Lifetimes())
    assert answer is not None
    tail = answer.tail(asked, 0.0)
    reply = AgingReply(tail, 1.0, "cached", None, asked, ref(answer), "udp://192.0.2.53")
    del answer
    assert not reply.renewed(1.0)
    assert reply.heard == ("udp://192.0.2.53", 0.0)


def test_nothing_to_send_is_silence_and_counted_as_such() -> None:
    assert malformed(FormatError(b"")).action == "dropped"
    assert malformed(FormatError(b"\x81\x81")).action == "malformed"


def test_replies_of_refusal_say_why_to_who_sent_edns() -> None:
    asked = parse_query(query(edns=opt()))
    for reply, action, rcode, ede in (
        (refused(asked), "refused", 5, 18),
        (failed(asked, 22, "all is lost", None), "failed", 2, 22),
    ):
        said = read(bytes(2) + reply.tail)
        assert (reply.action, said.header.rcode) == (action, rcode)
        assert [code for code, _ in extended_errors(said)] == [ede]


def test_the_journal_is_told_of_a_large_reply_without_holding_on_to_it() -> None:
    name = ".".join((63 * "a", 63 * "b", 63 * "c", 61 * "d"))  # the longest there is
    asked = parse_query(query(name, TXT), STREAM_LIMIT)
    lines = [f'{name}. 60 IN TXT "{number:0200}"' for number in range(200)]
    answer = parse_answer(asked, response(asked.question, *lines), 0.0, Lifetimes())
    assert answer is not None
    tail = answer.tail(asked, 0.0)
    reply = AgingReply(tail, 1.0, "cached", None, asked, ref(answer), "udp://192.0.2.53")
    assert len(tail) > 40_000
    rows = Rows()
    for each in (told(reply), waited(reply, 0.0, "udp://192.0.2.53", 0.01)):
        assert len(each.tail) < 300
        assert each.heard[0] == reply.heard[0]
        assert rows._key("192.0.2.7", each)[1] == rows._key("192.0.2.7", reply)[1] != b""
    small = Reply(tail[:200], 0.0, "cached", None)
    assert told(small) is small  # what is kept ready is counted by identity
