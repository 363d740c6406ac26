"""Record types by name, as lists and zone files have them."""

from typing import Final

# RFC 1035 and later; any other is written TYPE123 (RFC 3597 section 5).
TYPES: Final = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "WKS": 11, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16,
    "RP": 17, "AFSDB": 18, "SIG": 24, "KEY": 25, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35,
    "KX": 36, "CERT": 37, "DNAME": 39, "OPT": 41, "APL": 42, "DS": 43, "SSHFP": 44, "IPSECKEY": 45,
    "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52,
    "SMIMEA": 53, "HIP": 55, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63,
    "SVCB": 64, "HTTPS": 65, "SPF": 99, "EUI48": 108, "EUI64": 109, "TKEY": 249, "TSIG": 250,
    "IXFR": 251, "AXFR": 252, "ANY": 255, "URI": 256, "CAA": 257,
}  # fmt: skip


def type_number(text: str) -> int:
    """`AAAA` or `TYPE28`; ValueError when it is neither."""
    word = text.upper()
    if word in TYPES:
        return TYPES[word]
    digits = word.removeprefix("TYPE")
    if digits != word and digits.isascii() and digits.isdigit() and int(digits) < 1 << 16:
        return int(digits)
    raise ValueError(f"{text[:20] or 'nothing'} is not a record type")
