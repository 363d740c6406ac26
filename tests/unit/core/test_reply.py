"""Ready replies: until when they hold, and how one from an answer is renewed."""

from weakref import ref

from blocker.core.answer import Lifetimes
from blocker.core.reply import AgingReply, Reply, failed, malformed, refused
from blocker.core.response import parse_answer
from blocker.core.wire import FormatError, parse_query
from tests.support.packets import extended_errors, opt, query, read, response


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
