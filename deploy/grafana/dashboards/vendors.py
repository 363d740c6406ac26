"""Vendors: who calls home, for what, under whose law, what still goes out, and who storms."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.dashboards.board import HERE, board, choice
from deploy.grafana.dashboards.panels import Ask, counted, course, listing, number, ranking

CHOSEN = f'{HERE},vendor=~"$vendor"'
CALLS = f"blocker_vendor_queries_total{{{CHOSEN}}}"
BLOCKED = f"blocker_blocked_total{{{CHOSEN}}}"
SHADOW = f"blocker_shadow_total{{{CHOSEN}}}"
UNKNOWN = f"blocker_unclassified_total{{{CHOSEN}}}"
NOW = "[$__rate_interval]"
SHOWN = "[$__range]"
LAW = f"* on (instance, vendor) group_left (jurisdiction) blocker_vendor_info{{{CHOSEN}}}"


def calls(outcome: str) -> str:
    return f'blocker_vendor_queries_total{{{CHOSEN},outcome="{outcome}"}}'


FIGURES = [
    number("Vendors heard of", "Vendors that devices here called in the time shown.",
           Ask(f"count(sum by (vendor) (increase({CALLS}{SHOWN})) > 0)", "vendors"), unit="none"),
    number("Calls home", "Queries of vendors' names in the time shown.",
           Ask(counted(CALLS + SHOWN), "calls"), unit="short"),
    number("Share of all queries", "How much of what is asked here is a vendor's.",
           Ask(f"sum(rate({CALLS}{SHOWN})) / "
               f"sum(rate(blocker_queries_total{{{HERE}}}{SHOWN}))", "vendors"),
           unit="percentunit"),
    number("Blocked of them", "Of the calls home in the time shown.",
           Ask(f"sum(rate({calls('blocked')}{SHOWN})) / sum(rate({CALLS}{SHOWN}))", "blocked"),
           unit="percentunit"),
    number("Still goes out", "Calls home that were answered in the time shown: functions such as "
           "updates, and what no list names.",
           Ask(counted(calls("allowed") + SHOWN), "allowed"), unit="short"),
    number("On no list", "Queries in a vendor's zones that no entry names: work for curators.",
           Ask(counted(UNKNOWN + SHOWN), "unclassified"), unit="short"),
]  # fmt: skip

CALLING = [
    course("Who calls home", "Queries of each vendor's names, blocked or not.",
           Ask(f"sum by (vendor) (rate({CALLS}{NOW}))", "{{vendor}}"), unit="reqps",
           stacked=True),
    course("What became of it", "Blocked; let through by a rule in shadow; allowed.",
           Ask(f"sum by (outcome) (rate({CALLS}{NOW}))", "{{outcome}}"), unit="reqps",
           stacked=True),
    ranking("Vendors", "Who was called most in the time shown.",
            Ask(f"topk(15, {counted(CALLS + SHOWN, 'vendor')})", "{{vendor}}"),
            unit="short"),
    ranking("Blocked vendors", "Whose names were blocked most in the time shown.",
            Ask(f"topk(15, {counted(BLOCKED + SHOWN, 'vendor')})", "{{vendor}}"),
            unit="short"),
    ranking("Vendors that still get through", "Who was called and answered most.",
            Ask(f"topk(15, {counted(calls('allowed') + SHOWN, 'vendor')})", "{{vendor}}"),
            unit="short"),
    listing("Accounts", "Each vendor by purpose and outcome, in the time shown.",
            Ask(f"{counted(CALLS + SHOWN, 'vendor', 'purpose', 'outcome')} > 0", "{{vendor}}"),
            unit="short", columns={"vendor": "vendor", "purpose": "purpose",
                                   "outcome": "outcome", "Value": "queries"}, span=24),
]  # fmt: skip

PURPOSES = [
    ranking("Purposes", "What vendors are called for: analytics, advertising, updates ...",
            Ask(f"topk(17, {counted(CALLS + SHOWN, 'purpose')})", "{{purpose}}"),
            unit="short"),
    course("Blocked purposes", "What the blocked calls were for.",
           Ask(f"sum by (purpose) (rate({BLOCKED}{NOW}))", "{{purpose}}"), unit="reqps", span=8),
    course("Would be blocked", "Rules in shadow: what would be lost if they were switched on.",
           Ask(f"sum by (vendor, purpose) (rate({SHADOW}{NOW}))", "{{vendor}} {{purpose}}"),
           unit="reqps", span=8),
]  # fmt: skip

LAWS = [
    ranking("Jurisdictions", "Under whose law the called vendors are: the country of their home.",
            Ask(f"round(sum by (jurisdiction) (increase({CALLS}{SHOWN}) {LAW}))",
                "{{jurisdiction}}"),
            unit="short"),
    course("What still goes to each jurisdiction", "Answered calls only.",
           Ask(f"sum by (jurisdiction) (rate({calls('allowed')}{NOW}) {LAW})",
               "{{jurisdiction}}"), unit="reqps", span=8),
    ranking("On no list, by vendor", "Names in these vendors' zones that no entry names yet.",
            Ask(f"topk(15, {counted(UNKNOWN + SHOWN, 'vendor')})", "{{vendor}}"),
            unit="short"),
]  # fmt: skip

BY_VENDOR = f"sum by (vendor) (rate({BLOCKED}{NOW}))"
TREND = [
    course("Calls home a day", "By vendor; best read over weeks. A bar is the day before it.",
           Ask(counted(CALLS + "[1d]", "vendor"), "{{vendor}}"), unit="short",
           stacked=True, daily=True),
    course("Blocked a day", "By purpose.",
           Ask(counted(BLOCKED + "[1d]", "purpose"), "{{purpose}}"), unit="short",
           stacked=True, daily=True),
    course("Retry storms", "Blocked queries against the mean of the time shown: a device that asks "
           "many times as often since it is blocked is no success, and may drain its battery.",
           Ask(f"{BY_VENDOR} / sum by (vendor) (rate({BLOCKED}{SHOWN}))", "{{vendor}}"),
           unit="none", steps=((3, "red"),)),
    ranking("Busiest", "The highest rate of blocked queries of each vendor in the time shown.",
            Ask(f"topk(15, max_over_time({BY_VENDOR}[$__range:$__interval]))", "{{vendor}}"),
            unit="reqps"),
    number("Storms", "Vendors that the alert BlockerRetryStorm is pending or firing for.",
           Ask(f'count(ALERTS{{alertname="BlockerRetryStorm",{CHOSEN}}}) or vector(0)', "storms"),
           unit="none", steps=((1, "red"),)),
]  # fmt: skip


def vendors() -> dashboard.Dashboard:
    return board(
        "vendors",
        "blocker / Vendors",
        "Who calls home, for what, under whose law, and what of it still goes out?",
        [
            ("In this time", FIGURES),
            ("Who calls home", CALLING),
            ("Purposes", PURPOSES),
            ("Jurisdictions", LAWS),
            ("Trend and retry storms", TREND),
        ],
        choice("vendor", "Vendor", "blocker_vendor_queries_total"),
        since="now-24h",
    )
