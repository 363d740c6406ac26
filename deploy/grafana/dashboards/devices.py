"""Devices: how many there are, whose make, and, where it is wanted, what each of them asks."""

from grafana_foundation_sdk.builders import dashboard

from deploy.grafana.dashboards.board import HERE, board, choice, note
from deploy.grafana.dashboards.panels import Ask, counted, course, listing, number, ranking

DEVICES = f"blocker_devices{{{HERE}}}"
CHOSEN = f'{HERE},device=~"$device"'
ASKED = f"blocker_device_queries_total{{{CHOSEN}}}"
NOW = "[$__rate_interval]"
SHOWN = "[$__range]"
PRIVACY = (
    "**Each device by itself** is measured only with `admin: {metrics: {devices: on}}` in "
    "`blocker.yaml`. It is off unless you say so: it tells everybody who may read Prometheus who "
    "is at home and when. Without it everything below stays empty, and what is above counts "
    "devices by maker only. At most 200 devices have a series of their own; the rest is `other`."
)


def asked(outcome: str) -> str:
    return f'blocker_device_queries_total{{{CHOSEN},outcome="{outcome}"}}'


ALL = [
    number("Devices", "Heard of in the last day. A telephone that changes its MAC may count twice.",
           Ask(f"sum({DEVICES})", "devices"), unit="none", span=6),
    number("Makers", "Different makers, as far as MAC addresses tell.",
           Ask(f"count({DEVICES} > 0)", "makers"), unit="none", span=6),
    number("Of unknown make", "Devices behind a router or with a randomised MAC tell no maker.",
           Ask(f'(sum(blocker_devices{{{HERE},maker="unknown"}}) or vector(0)) / sum({DEVICES})',
               "unknown"), unit="percentunit", span=6),
    number("Queries of a device", "Mean over all devices.",
           Ask(f"sum(rate(blocker_queries_total{{{HERE}}}{NOW})) / sum({DEVICES})", "mean"),
           unit="reqps", span=6),
    course("Devices over time", "By maker, heard of in the day before.",
           Ask(f"sum by (maker) ({DEVICES})", "{{maker}}"), unit="none", stacked=True),
    ranking("Devices by maker", "Heard of in the last day.",
            Ask(f"topk(20, sum by (maker) ({DEVICES}))", "{{maker}}"), unit="none", span=12),
]  # fmt: skip

EACH = [
    ranking("Busiest devices", "Who asked most in the time shown.",
            Ask(f"topk(15, {counted(ASKED + SHOWN, 'device')})", "{{device}}"),
            unit="short"),
    ranking("Most blocked devices", "Whose queries were blocked most in the time shown.",
            Ask(f"topk(15, {counted(asked('blocked') + SHOWN, 'device')})", "{{device}}"),
            unit="short"),
    ranking("Blocked share of each device", "Nearly all blocked: it may ask again and again.",
            Ask(f"topk(15, sum by (device) (increase({asked('blocked')}{SHOWN})) / "
                f"sum by (device) (increase({ASKED}{SHOWN})))", "{{device}}"),
            unit="percentunit", top=1, steps=((0.5, "yellow"), (0.9, "red"))),
    course("Queries by device", "A device that is never silent, or wakes at night, shows here.",
           Ask(f"sum by (device) (rate({ASKED}{NOW}))", "{{device}}"), unit="reqps"),
    course("Blocked by device", "A rise that stays is a retry storm.",
           Ask(f"sum by (device) (rate({asked('blocked')}{NOW}))", "{{device}}"), unit="reqps"),
    course("Would be blocked, by device", "Whom a rule in shadow would touch if it were on.",
           Ask(f"sum by (device) (rate({asked('would-block')}{NOW}))", "{{device}}"),
           unit="reqps"),
    listing("Each device", "What became of its queries in the time shown.",
            Ask(f"{counted(ASKED + SHOWN, 'device', 'outcome')} > 0", "{{device}}"),
            unit="short", columns={"device": "device", "outcome": "outcome", "Value": "queries"}),
]  # fmt: skip


def devices() -> dashboard.Dashboard:
    return board(
        "devices",
        "blocker / Devices",
        "How many devices are there, whose make are they, and what does each of them ask?",
        [("All devices", ALL), ("Each device", [note(PRIVACY), *EACH])],
        choice("device", "Device", "blocker_device_queries_total"),
        since="now-24h",
    )
