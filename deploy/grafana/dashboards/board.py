"""What every dashboard has: its data source, its variables, its links to the others.

Rule: nothing is fixed to one installation. Which Prometheus, which blocker and which vendor are
variables, and the links between the dashboards keep them and the time that is shown.
"""

from collections.abc import Sequence
from typing import Final

from grafana_foundation_sdk.builders import dashboard, text
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    Panel,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.text import TextMode

from deploy.grafana.dashboards.panels import SOURCE

TAG: Final = "blocker"
HERE: Final = 'instance=~"$instance"'
Rows = Sequence[tuple[str, Sequence[Builder[Panel]]]]


def choice(name: str, label: str, metric: str) -> dashboard.QueryVariable:
    """A variable with the values that a label has, several or all of them."""
    within = "" if name == "instance" else f"{{{HERE}}}"
    everything = VariableOption(selected=True, text="All", value="$__all")
    variable = dashboard.QueryVariable(name).label(label).datasource(SOURCE)
    variable.query(f"label_values({metric}{within}, {name})").current(everything)
    variable.multi(True).include_all(True).all_value(".*")
    return variable.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(
        VariableSort.ALPHABETICAL_ASC
    )


def note(words: str, *, height: int = 3) -> text.Panel:
    """Words in place of a figure."""
    return text.Panel().title("").mode(TextMode.MARKDOWN).content(words).span(24).height(height)


def board(
    name: str,
    title: str,
    says: str,
    rows: Rows,
    *variables: dashboard.QueryVariable,
    since: str = "now-6h",
) -> dashboard.Dashboard:
    """A dashboard whose address is /d/blocker-NAME."""
    made = dashboard.Dashboard(title).uid(f"{TAG}-{name}").description(says).tags([TAG])
    made.readonly().timezone("browser").time(since, "now").refresh("30s")
    made.tooltip(DashboardCursorSync.CROSSHAIR)
    made.with_variable(
        dashboard.DatasourceVariable("datasource")
        .label("Prometheus")
        .type("prometheus")
        .hide(VariableHide.DONT_HIDE)
    )
    for variable in (choice("instance", "blocker", "blocker_build_info"), *variables):
        made.with_variable(variable)
    made.link(
        dashboard.DashboardLink("Dashboards")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .include_vars(True)
        .keep_time(True)
    )
    for heading, panels in rows:
        made.with_row(dashboard.Row(heading))
        for panel in panels:
            made.with_panel(panel)
    return made
