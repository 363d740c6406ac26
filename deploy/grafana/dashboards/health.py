"""Resolver health: processes, memory, losses, lists, the query log, reloads, the scrape."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.dashboards.board import HERE, board
from deploy.grafana.dashboards.panels import Ask, course, listing, number, ranking, state

NOW = "[$__rate_interval]"
DAY = 86_400
YES = {"0": ("no", "red"), "1": ("yes", "green")}
NO = {"0": ("no", "green"), "1": ("yes", "red")}


def here(metric: str, more: str = "") -> str:
    """A metric of the chosen instances."""
    return f"blocker_{metric}{{{HERE}{more}}}"


UP = f'up{{job="blocker",{HERE}}}'
FIGURES = [
    number("Reachable", "Whether the last scrape worked. Names may resolve even when it did not.",
           Ask(f"min({UP})", "up"), unit="none", words=YES),
    number("Workers missing", "Workers that should be there and are not heard of.",
           Ask(f"sum({here('workers_configured')}) - sum({here('workers')})", "missing"),
           unit="none", steps=((1, "red"),)),
    number("Last reload worked", "If not, what is in the configuration is not in force: "
           "`blocker check` names each error.",
           Ask(f"min({here('reload_last_successful')})", "reload"), unit="none", words=YES),
    number("Query log failing", "Whether rows cannot be written now. Mostly the disk is full.",
           Ask(f"max({here('querylog_failing')})", "failing"), unit="none", words=NO),
    number("Pause left", "How much longer nothing is blocked.",
           Ask(f"max({here('paused_seconds')})", "left"), unit="s", steps=((1, "red"),)),
    number("Alerts", "Pending or firing; Overview lists them.",
           Ask(f'count(ALERTS{{alertname=~"Blocker.*",{HERE}}}) or vector(0)', "alerts"),
           unit="none", steps=((1, "orange"),)),
]  # fmt: skip

PROCESSES = [
    course("Workers", "Heard of, against what is configured.",
           Ask(f"sum({here('workers')})", "heard of"),
           Ask(f"sum({here('workers_configured')})", "configured"), unit="none"),
    state("Reload, pause and log", "What was in order when.",
          Ask(f"1 - min({here('reload_last_successful')})", "reload failed"),
          Ask(f"max({here('paused')})", "paused"),
          Ask(f"max({here('querylog_failing')})", "query log failing"), words=NO),
    listing("Versions", "What runs, with its rulesets' generation.",
            Ask(f"{here('build_info')} * on (instance) group_left () {here('ruleset_generation')}",
                "{{version}}"), unit="none",
            columns={"instance": "blocker", "version": "version", "Value": "generation"}),
    listing("Catalogue", "Which state of the curated lists is in force.",
            Ask(here("catalogue_info"), "{{version}}"), unit="none",
            columns={"instance": "blocker", "version": "lists", "Value": "in force"}),
    course("Memory of cached answers", "Over all workers; bounded by `cache`.",
           Ask(f"sum by (instance) ({here('cache_bytes')})", "{{instance}}"), unit="bytes"),
    course("Evicted answers", "Pushed out for want of room: a few are well, many want more room.",
           Ask(f"sum by (instance) (rate({here('cache_evictions_total')}{NOW}))", "{{instance}}"),
           unit="ops"),
]  # fmt: skip

LOSSES = [
    course("Dropped", "Answers not counted, rows not logged, reports not told: it cannot keep up. "
           "Every query is answered nevertheless.",
           Ask(f"sum(rate({here('journal_dropped_total')}{NOW}))", "answers not counted"),
           Ask(f"sum(rate({here('journal_rows_dropped_total')}{NOW}))", "rows not logged"),
           Ask(f"sum(rate({here('tallies_dropped_total')}{NOW}))", "reports not told"),
           unit="ops"),
    course("Not answered as wanted", "Failed, refused, malformed, stale or dropped queries.",
           Ask("sum by (action) (rate("
               + here("queries_total", ',action=~"failed|refused|malformed|stale|dropped"')
               + f"{NOW}))", "{{action}}"), unit="reqps"),
]  # fmt: skip

LISTS = [
    ranking("Age of lists", "Since a list was known to be the newest. A week is too long.",
            Ask(f"max by (list) ({here('list_age_seconds')})", "{{list}}"), unit="s",
            steps=((3 * DAY, "yellow"), (7 * DAY, "red"))),
    ranking("Failures in a row", "Tries to get a list since the last good one.",
            Ask(f"max by (list) ({here('list_failures')})", "{{list}}"), unit="none",
            steps=((1, "yellow"), (5, "red"))),
    ranking("Lists held back", "1: it lost more than half of its lines, and waits for a word: "
            "`blocker subscriptions` shows both copies.",
            Ask(f"max by (list) ({here('list_held')})", "{{list}}"), unit="none", top=1,
            steps=((1, "red"),)),
    course("Names on lists", "In force. A list that halves over night deserves a look.",
           Ask(f"max by (list) ({here('list_entries')})", "{{list}}"), unit="short", span=8),
    course("Size of lists", "Of the copies in use.",
           Ask(f"max by (list) ({here('list_size_bytes')})", "{{list}}"), unit="bytes", span=8),
    ranking("Rules by layer", "What a query can match.",
            Ask(f"max by (layer) ({here('ruleset_rules')})", "{{layer}}"), unit="short"),
]  # fmt: skip

LOG = [
    course("Rows written", "To the query log.",
           Ask(f"sum(rate({here('querylog_rows_total')}{NOW}))", "rows"), unit="wps", span=8),
    course("Rows waiting", "For the disk. Many that stay: it is too slow.",
           Ask(f"sum({here('querylog_waiting_rows')})", "waiting"), unit="short", span=8),
    course("Rows lost", "By what happened; these are in no report.",
           Ask(f"sum by (reason) (rate({here('querylog_dropped_total')}{NOW}))", "{{reason}}"),
           unit="ops", span=8),
    course("Size of the query log", "On disk; `query_log: {size: ...}` bounds it.",
           Ask(f"sum by (instance) ({here('querylog_bytes')})", "{{instance}}"), unit="bytes"),
    number("Reaches back", "Age of the oldest row.",
           Ask(f"time() - min({here('querylog_oldest_timestamp_seconds')})", "oldest"), unit="s",
           span=12),
]  # fmt: skip

SCRAPE = [
    course("Scrape time", "How long Prometheus waits for the metrics.",
           Ask(f'scrape_duration_seconds{{job="blocker",{HERE}}}', "{{instance}}"), unit="s",
           steps=((1, "red"),)),
    course("Samples in a scrape", "Bounded, whatever is asked.",
           Ask(f'scrape_samples_scraped{{job="blocker",{HERE}}}', "{{instance}}"), unit="short"),
]  # fmt: skip


def health() -> dashboard.Dashboard:
    return board(
        "health",
        "blocker / Resolver health",
        "Do all processes run, is anything lost, are the lists fresh, is the log written?",
        [
            ("Now", FIGURES),
            ("Processes and memory", PROCESSES),
            ("Losses", LOSSES),
            ("Lists", LISTS),
            ("Query log", LOG),
            ("Scrape", SCRAPE),
        ],
    )
