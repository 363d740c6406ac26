"""The subscriptions of a running server: downloaded beside it, and put in force."""

from blocker.admin.reload import Generations
from blocker.catalog.formats.sniff import is_a_list
from blocker.download.connect import Network
from blocker.download.downloads import Downloads
from blocker.download.refresher import Refresher
from blocker.download.resolve import DirectResolver
from blocker.link import UpstreamAddress


def refresher_of(generations: Generations) -> Refresher:
    """It knows what the last reload found configured, and ends in a reload."""

    def upstreams() -> list[UpstreamAddress]:
        return [each for each in generations.current.upstreams if not each.get("zones")]

    network = Network(DirectResolver(upstreams))
    return Refresher(
        lambda: generations.plan.subscriptions,
        Downloads(generations.state, network, is_a_list),
        generations.reload_and_log,
    )
