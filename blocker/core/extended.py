"""Extended DNS errors (RFC 8914): why a client got what it got, as an option of its reply's OPT.

Rule: a reply has each code once, and a text of at most 200 octets that tells nothing of the client.
Where a packet is full the text goes first; no record is ever left out for it. Who asks for
structured errors gets JSON as the text (draft-ietf-dnsop-structured-dns-error), and never code 4.
"""

import json
from typing import Final

from blocker.core.policy import Verdict

# IANA's registry of codes, as far as they are said here.
STALE: Final = 3
FORGED: Final = 4
CACHED_ERROR: Final = 13
BLOCKED: Final = 15
CENSORED: Final = 16
FILTERED: Final = 17
PROHIBITED: Final = 18
STALE_NXDOMAIN: Final = 19
NOT_AUTHORITATIVE: Final = 20
NO_REACHABLE_AUTHORITY: Final = 22
NETWORK_ERROR: Final = 23
SYNTHESISED: Final = 29
RATE_LIMITED: Final = 31
OVER_QUOTA: Final = 32
BLOCKED_UPSTREAM: Final = 35

SHORTEST: Final = 2  # of what `of_block` gives, the place of what has no text at all
MAX_TEXT: Final = 200  # octets; RFC 8914 section 2 asks for few

_OPTION: Final = b"\x00\x0f"
_NETWORK_POLICY: Final = 5  # sub-error: by the policy of the local network's operator
_BY_UPSTREAM: Final = "blocked by the upstream resolver"


def error(code: int, text: str = "") -> bytes:
    """The option; a text that is too long is cut, at a letter's end."""
    said = code.to_bytes(2, "big") + _cut(text)
    return _OPTION + len(said).to_bytes(2, "big") + said


def of_block(verdict: Verdict, *, structured: bool, forged: bool) -> tuple[bytes, bytes, bytes]:
    """What is said of a blocked name, and what is left of it where there is less and less room.

    `forged` is an answer with an address in it that is not the name's (section 4.5).
    """
    # Section 4.18: what a client has asked for itself, it is not kept from by the operator.
    code = FILTERED if verdict.rule.scope else BLOCKED
    if structured:
        sub_error = _NETWORK_POLICY if code == BLOCKED else 0  # it goes with 15 alone
        alone = _json("", sub_error) if sub_error else ""
        return error(code, _justified(reason(verdict), sub_error)), error(code, alone), error(code)
    also = error(FORGED) if forged else b""
    return error(code, reason(verdict)) + also, error(code) + also, error(code)


def of_upstream(*, structured: bool) -> bytes:
    """What is said of an answer that the upstream resolver has blocked."""
    return error(BLOCKED_UPSTREAM, _json(_BY_UPSTREAM) if structured else _BY_UPSTREAM)


def reason(verdict: Verdict) -> str:
    """A short text for people: `xiaomi analytics: data.mistat.xiaomi.com`."""
    rule = verdict.rule
    if rule.vendor:
        return f"{rule.vendor} {rule.purpose}: {rule.text}"
    return f"your own rule: {rule.text}" if rule.layer == "user" else f"on the list {rule.list}"


def _justified(text: str, sub_error: int) -> str:
    text = text[:MAX_TEXT]
    while len(_json(text, sub_error).encode("utf-8", "replace")) > MAX_TEXT:
        text = text[:-1]
    return _json(text, sub_error)


def _json(text: str, sub_error: int = 0) -> str:
    """Minified I-JSON (RFC 7493); with a text goes its language."""
    said: dict[str, object] = {"j": text} if text else {}
    if sub_error:
        said["s"] = sub_error
    if text:
        said["l"] = "en"
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _cut(text: str) -> bytes:
    return text.encode("utf-8", "replace")[:MAX_TEXT].decode("utf-8", "ignore").encode()
