"""Which panels stand in the pictures: those that a person looks at first.

Left out are those that count days, for the pictures show minutes; those that show in a quiet home
but a line at zero; and the time of a scrape, which tells how busy the machine was that drew them.
"""

from typing import Final

CHOSEN: Final = {
    "overview": (
        "Queries", "Queries in this time", "Blocked share", "Would be blocked", "Slowest answers",
        "Blocking", "Queries by what became of them", "Blocked share over time",
        "Queries by transport", "Most blocked vendors", "Answer time", "Mean answer time",
    ),
    "vendors": (
        "Vendors heard of", "Calls home", "Share of all queries", "Blocked of them",
        "Still goes out", "On no list", "Who calls home", "What became of it", "Vendors",
        "Blocked vendors", "Vendors that still get through", "Jurisdictions",
        "What still goes to each jurisdiction", "On no list, by vendor", "Retry storms", "Busiest",
        "Storms",
    ),
    "devices": (
        "Devices", "Makers", "Of unknown make", "Queries of a device", "Devices over time",
        "Devices by maker", "Busiest devices", "Most blocked devices",
        "Blocked share of each device", "Queries by device", "Blocked by device",
    ),
    "health": (
        "Reachable", "Workers missing", "Last reload worked", "Query log failing", "Pause left",
        "Alerts", "Workers", "Reload, pause and log", "Names on lists", "Size of lists",
        "Rules by layer", "Rows written", "Rows waiting", "Rows lost",
        "Size of the query log", "Reaches back",
    ),
}  # fmt: skip
