"""Overview: is it well, what is asked, how much is blocked, and how quick are the answers?"""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.dashboards.board import HERE, board
from deploy.grafana.dashboards.panels import Ask, counted, course, listing, number, ranking

QUERIES = f"blocker_queries_total{{{HERE}}}"
BLOCKED = f'blocker_queries_total{{{HERE},action="blocked"}}'
OF_VENDORS = f"blocker_blocked_total{{{HERE}}}"
SHADOW = f"blocker_shadow_total{{{HERE}}}"
NOW = "[$__rate_interval]"
SHOWN = "[$__range]"
PAUSE = {"0": ("on", "green"), "1": ("paused", "red")}
VENDOR = (
    "What is this vendor asked for?",
    "/d/blocker-vendors?var-vendor=${__field.labels.vendor}",
)


def answered(share: float, window: str = NOW) -> str:
    """The time within which that share of answers comes."""
    buckets = f"sum by (le) (rate(blocker_answer_seconds_bucket{{{HERE}}}{window}))"
    return f"histogram_quantile({share}, {buckets})"


FIGURES = [
    number("Queries", "How many queries come in a second.",
           Ask(f"sum(rate({QUERIES}{NOW}))", "queries"), unit="reqps"),
    number("Queries in this time", "All queries in the time shown.",
           Ask(counted(QUERIES + SHOWN), "queries"), unit="short"),
    number("Blocked share", "Of all queries in the time shown, how many were blocked.",
           Ask(f"sum(rate({BLOCKED}{SHOWN})) / sum(rate({QUERIES}{SHOWN}))", "blocked"),
           unit="percentunit"),
    number("Would be blocked", "Queries let through that a rule in shadow would have blocked.",
           Ask(f"{counted(SHADOW + SHOWN)} or vector(0)", "in shadow"),
           unit="short"),
    number("Slowest answers", "One answer in a hundred takes longer than this.",
           Ask(answered(0.99), "99 in 100"), unit="s", steps=((0.2, "yellow"), (1, "red"))),
    number("Blocking", "Whether anything is blocked now, or somebody has paused it.",
           Ask(f"max(blocker_paused{{{HERE}}})", "blocking"), unit="none", words=PAUSE),
]  # fmt: skip

ASKED = [
    course("Queries by what became of them", "Blocked here, answered from the cache, or forwarded.",
           Ask(f"sum by (action) (rate({QUERIES}{NOW}))", "{{action}}"),
           unit="reqps", stacked=True),
    course("Blocked share over time", "A sudden rise may be a retry storm: see Vendors.",
           Ask(f"sum(rate({BLOCKED}{NOW})) / sum(rate({QUERIES}{NOW}))", "blocked"),
           unit="percentunit", top=1),
    course("Queries by transport", "Over UDP or TCP. Much TCP means that answers do not fit.",
           Ask(f"sum by (transport) (rate({QUERIES}{NOW}))", "{{transport}}"), unit="reqps"),
    ranking("Most blocked vendors", "Whose names were blocked most in the time shown.",
            Ask(f"topk(10, {counted(OF_VENDORS + SHOWN, 'vendor')})", "{{vendor}}"),
            unit="short", link=VENDOR, span=12),
]  # fmt: skip

LATENCY = [
    course("Answer time", "From a query's arrival to its answer, upstreams included.",
           Ask(answered(0.5), "half"), Ask(answered(0.9), "9 in 10"),
           Ask(answered(0.99), "99 in 100"), unit="s", steps=((1, "red"),)),
    course("Mean answer time", "Ready answers take next to nothing: this falls as the cache fills.",
           Ask(f"sum(rate(blocker_answer_seconds_sum{{{HERE}}}{NOW})) / "
               f"sum(rate(blocker_answer_seconds_count{{{HERE}}}{NOW}))", "mean"), unit="s"),
]  # fmt: skip

ERRORS = f"blocker_upstream_errors_total{{{HERE}}}"
REQUESTS = f"blocker_upstream_requests_total{{{HERE}}}"
UPSTREAMS = [
    course("Questions to upstreams", "Which resolvers are asked, and how often.",
           Ask(f"sum by (upstream) (rate({REQUESTS}{NOW}))", "{{upstream}}"), unit="reqps"),
    course("Upstream time", "Nine in ten answers of each upstream come within this.",
           Ask("histogram_quantile(0.9, sum by (upstream, le) "
               f"(rate(blocker_upstream_seconds_bucket{{{HERE}}}{NOW})))", "{{upstream}}"),
           unit="s", steps=((0.5, "red"),)),
    course("Upstream errors", "What was not answered, and why. Another upstream is asked instead.",
           Ask(f"sum by (upstream, kind) (rate({ERRORS}{NOW}))", "{{upstream}} {{kind}}"),
           unit="reqps"),
    ranking("Failing share of each upstream", "Of its questions in the time shown. Above one half, "
            "take it out of `upstreams` or ask it yourself.",
            Ask(f"sum by (upstream) (increase({ERRORS}{SHOWN})) / "
                f"sum by (upstream) (increase({REQUESTS}{SHOWN}))", "{{upstream}}"),
            unit="percentunit", top=1, steps=((0.1, "yellow"), (0.5, "red")), span=12),
]  # fmt: skip

HITS, MISSES = (f"blocker_cache_{name}_total{{{HERE}}}" for name in ("hits", "misses"))
CACHE = [
    course("Cache hits", "Of the questions not blocked, the share answered from the cache.",
           Ask(f"sum(rate({HITS}{NOW})) / (sum(rate({HITS}{NOW})) + sum(rate({MISSES}{NOW})))",
               "from the cache"), unit="percentunit", top=1),
    course("Cached answers", "How many answers are kept, over all workers.",
           Ask(f"sum(blocker_cache_entries{{{HERE}}})", "answers"), unit="short"),
    listing("Alerts", "What Prometheus warns of, if it loads deploy/prometheus/alerts.yml. "
            "Pending means that it must last some minutes more.",
            Ask(f'ALERTS{{alertname=~"Blocker.*",{HERE}}}', "{{alertname}}"), unit="none",
            columns={"alertname": "alert", "alertstate": "state", "severity": "severity",
                     "vendor": "vendor", "list": "list", "upstream": "upstream",
                     "instance": "blocker", "Value": "active"}, span=24),
]  # fmt: skip


def overview() -> dashboard.Dashboard:
    return board(
        "overview",
        "blocker / Overview",
        "Is it well, what is asked, how much is blocked, how quick are the answers?",
        [
            ("Now", FIGURES),
            ("Queries", ASKED),
            ("Latency", LATENCY),
            ("Upstreams", UPSTREAMS),
            ("Cache and alerts", CACHE),
        ],
    )
