"""Ready replies: until when they hold, and how one from an answer is renewed."""

from blocker.core.answer import Lifetimes, parse_answer
from blocker.core.reply import AgingReply, Reply
from blocker.core.wire import parse_query
from tests.support.packets import query, read, response


def test_a_reply_is_not_renewed() -> None:
    reply = Reply(b"tail", 5.0, "blocked", None)
    assert not reply.renewed(6.0)
    assert reply.tail == b"tail"


def test_a_reply_from_an_answer_is_renewed_each_second_while_it_lives() -> None:
    asked = parse_query(query())
    message = response(asked.question, "www.example.com. 3 IN A 192.0.2.1")
    answer = parse_answer(asked, message, 0.0, Lifetimes())
    assert answer is not None
    reply = AgingReply(answer.tail(asked, 0.0), 1.0, "cached", None, asked, answer)
    for now, ttl, until in ((1.0, 2, 2.0), (2.5, 1, 3.0)):
        assert reply.renewed(now)
        assert (read(bytes(2) + reply.tail).rr[0].ttl, reply.until) == (ttl, until)
    assert answer.uses == 2
    assert not reply.renewed(3.0)
