"""Query types by name, as people type them."""

from typing import Final

# RFC 1035 and later; any other is written TYPE123 (RFC 3597 section 5).
TYPES: Final = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16,
    "AAAA": 28, "SRV": 33, "NAPTR": 35, "DS": 43, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48,
    "TLSA": 52, "SVCB": 64, "HTTPS": 65, "IXFR": 251, "AXFR": 252, "ANY": 255, "CAA": 257,
}  # fmt: skip


def type_number(text: str) -> int:
    """`AAAA` or `TYPE28`; ValueError("what is wrong; what to write instead") when it is neither."""
    word = text.upper()
    if word in TYPES:
        return TYPES[word]
    digits = word.removeprefix("TYPE")
    if digits != word and digits.isascii() and digits.isdigit() and int(digits) < 1 << 16:
        return int(digits)
    message = f"{text} is not a type; write one like A, AAAA, HTTPS or TYPE65"
    raise ValueError(message)


def type_name(number: int) -> str:
    """`AAAA`, or `TYPE123` for one that has no name here."""
    return next((name for name, known in TYPES.items() if known == number), f"TYPE{number}")
