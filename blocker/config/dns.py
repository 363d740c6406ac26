"""`dns:` where clients are answered, by how many workers, and who may ask."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator

from blocker.config.encrypted import Encrypted
from blocker.config.section import Section, some, unique
from blocker.config.units import Endpoint, ListenAddress, Network, Zone, not_truth, whole_number


class Dns(Section):
    """Every address is served over UDP and TCP."""

    listen: Annotated[
        tuple[ListenAddress, ...], AfterValidator(some), AfterValidator(unique(str, "the address"))
    ] = (Endpoint("0.0.0.0", 53), Endpoint("::", 53))
    workers: Annotated[int, whole_number(1, 256)] = 1
    # Beyond loopback, private, link-local and unique-local clients, who may always ask.
    allow_from: tuple[Network, ...] = ()
    # Questions that one client may ask within a minute, and who may ask more; 0 for no limit.
    rate_limit: Annotated[int, whole_number(0, 1_000_000_000)] = 1000
    rate_limit_exempt: tuple[Network, ...] = ()
    # Whether public names are kept from leading to addresses of the home (DNS rebinding), and which
    # may, beside the zones that have upstreams of their own.
    rebinding_protection: Annotated[Literal["on", "off"], BeforeValidator(not_truth)] = "on"
    private_domains: tuple[Zone, ...] = ()
    # Which of several upstreams is asked: the quickest, the first that is well, or two at a time.
    strategy: Literal["fastest", "failover", "parallel"] = "fastest"
    encrypted: Encrypted | None = None

    def anchored(self, folder: Path) -> Self:
        """Relative paths count from the folder of the file."""
        if self.encrypted is None:
            return self
        return self.model_copy(update={"encrypted": self.encrypted.anchored(folder)})
