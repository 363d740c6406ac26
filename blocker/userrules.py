"""The user's own rules: `example.org` is the name and all below it, `=example.org` is it alone,
`/^ads?[0-9]*[.]/` is every name in which the expression is found.

One reader of that syntax for the configuration file, the admin API and the workers' overlay, which
therefore agree on what a line means. A leaf: workers import it.
"""

import re
from typing import Final

from blocker.core.names import ROOT, from_text
from blocker.core.policy import Rule, RuleAction
from blocker.errors import InvalidName
from blocker.expressions import fault

_ADDRESS: Final = re.compile(r"[0-9][0-9.]*\Z|\[?[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*\]?\Z")
_ADBLOCK: Final = re.compile(r"(?:@@)?\|\|([^\s^$|/*]+)\^")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^\s/:?#]+)")
_FOREIGN: Final = re.compile(r"[\s/:*|^@#$,;\"'()\[\]{}<>=?!%&]")


def user_rule(text: str, action: RuleAction, file: str = "", line: int = 0) -> Rule:
    """The rule that a line means; ValueError("what is wrong; what to write instead") if none."""
    if text.startswith("/") and text.endswith("/") and len(text) > 2:
        if not text.isprintable():  # it is shown where it decides, in terminals as well
            message = f"{text!r} has a character that cannot be seen; write it as \\x1b"
            raise ValueError(message)
        if (why := fault(text[1:-1])) is not None:
            message = f"{text} is not a regular expression of RE2: {why}; write a name, or mend it"
            raise ValueError(message)
        return Rule(text[1:-1], ROOT, "regex", action, "user", file, line)
    exact = text.startswith("=")
    name = domain_name(text.removeprefix("="))
    return Rule(
        text=text,
        name=name,
        match="exact" if exact else "subtree",
        action=action,
        layer="user",
        list=file,
        line=line,
    )


def domain_name(written: str) -> bytes:
    """The wire name that a person means; ValueError as above."""
    if not written:
        raise ValueError("is empty; write a domain name")
    if written.startswith("*."):
        message = f"*.{written[2:]} is not the way; write {written[2:]}, which is it and all below"
        raise ValueError(message)
    if found := (_ADBLOCK.match(written) or _URL.match(written)):
        message = f"{written} is not a domain name; write {found[1]}"
        raise ValueError(message)
    if written.startswith("/") and written.endswith("/") and len(written) > 1:
        message = f"{written} is a regular expression; write a domain name"
        raise ValueError(message)
    if "*" in written:
        message = f"{written} has a *, which only curated lists may use; write the name above it"
        raise ValueError(message)
    if _ADDRESS.match(written):
        message = f"{written} is an address; write a domain name"
        raise ValueError(message)
    if found := _FOREIGN.search(written):
        message = f"{written!r} has {found[0]!r} in it; write a domain name and nothing else"
        raise ValueError(message)
    try:
        name = from_text(written)
    except InvalidName as error:
        message = f"{str(error).replace(';', ',')}; write a domain name"
        raise ValueError(message) from None
    if name == ROOT:
        raise ValueError(". is every name there is; write the names that are meant")
    return name
