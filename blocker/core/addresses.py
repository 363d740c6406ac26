"""Rules about addresses: what an answer leads to, and who asks (RPZ's triggers rpz-ip and
rpz-client-ip).

Rule: the longest prefix decides, as it does in routing; of equal ones allow, then the first list.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from blocker.core.rule import Rule


class AddressRules:
    """Rules by network; asking costs a look-up for each prefix length that occurs."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[tuple[int, int, int], list[Rule]] = {}
        for rule in rules:
            network = rule.network
            if network is not None:
                bits = int(network.network_address) >> network.max_prefixlen - network.prefixlen
                key = (network.version, network.prefixlen, bits)
                self._rules.setdefault(key, []).append(rule)
        self._lengths = {
            version: sorted({length for v, length, _ in self._rules if v == version}, reverse=True)
            for version in (4, 6)
        }

    def __bool__(self) -> bool:
        return bool(self._rules)

    def find(self, address: IPv4Address | IPv6Address) -> Iterator[Rule]:
        """The rules that the address falls under, in the order of decision."""
        number, size = int(address), address.max_prefixlen
        for length in self._lengths[address.version]:
            key = (address.version, length, number >> size - length)
            yield from sorted(self._rules.get(key, ()), key=_rank)

    def find_among(self, packed: Iterable[bytes]) -> list[Rule]:
        """The same, of all addresses of an answer, as A and AAAA records hold them."""
        found = [rule for address in packed for rule in self.find(ip_address(address))]
        found.sort(key=lambda rule: -rule.network.prefixlen if rule.network else 0)
        return found


def _rank(rule: Rule) -> int:
    if rule.action == "block":
        return 1 if rule.mode else 2  # what says itself how it answers comes in the lists' order
    return 0 if rule.action == "allow" else 1
