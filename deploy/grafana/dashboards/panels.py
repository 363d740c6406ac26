"""The few kinds of panels that the dashboards are made of, over Grafana's own builders.

Rule: each panel says in one sentence what it shows and what to make of it, and has a unit; each
query has a legend. What is coloured has a reason: a threshold at which somebody should look.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    GraphDrawStyle,
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
P = TypeVar("P", stat.Panel, timeseries.Panel, bargauge.Panel, table.Panel, statetimeline.Panel)
Steps = tuple[tuple[float, str], ...]
Words = dict[str, tuple[str, str]]

# The same thing has the same colour on every dashboard.
COLOURS: Final = {
    "blocked": "#5794F2",
    "would-block": "#FADE2A",
    "allowed": "#FF9830",
    "forwarded": "#FF9830",
    "cached": "#73BF69",
    "failed": "#F2495C",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One expression of Prometheus, and what its series are called."""

    expression: str
    legend: str


def counted(series: str, *by: str) -> str:
    """How often, as a whole number: `increase` reckons up to the edges, and comes to fractions."""
    labels = f" by ({', '.join(by)}) " if by else ""
    return f"round(sum{labels}(increase({series})))"


def number(
    title: str,
    says: str,
    ask: Ask,
    *,
    unit: str,
    steps: Steps = (),
    words: Words | None = None,
    span: int = 4,
) -> stat.Panel:
    """One figure, as it is now, with its course behind it where it is a quantity."""
    plain = stat.Panel().graph_mode(BigValueGraphMode.NONE if words else BigValueGraphMode.AREA)
    colour = BigValueColorMode.VALUE if steps or words else BigValueColorMode.NONE
    panel = _dressed(plain.color_mode(colour), title, says, unit, steps, span, 4)
    if words:
        panel.mappings(_mappings(words))
    return panel.reduce_options(_latest()).with_target(_range(ask, "A"))


def course(
    title: str,
    says: str,
    *asks: Ask,
    unit: str,
    steps: Steps = (),
    stacked: bool = False,
    top: float | None = None,
    daily: bool = False,
    span: int = 12,
) -> timeseries.Panel:
    """How it went: lines, areas on top of each other, or a bar a day."""
    panel = _dressed(timeseries.Panel(), title, says, unit, steps, span, 8)
    panel.legend(_legend()).tooltip(_tooltip()).min(0).line_width(1)
    panel.show_points(VisibilityMode.NEVER).fill_opacity(40 if stacked else 8)
    if stacked:
        panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    if top is not None:
        panel.max(top)
    if steps:
        dashed = GraphTresholdsStyleMode.DASHED
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(dashed))
    if daily:
        panel.draw_style(GraphDrawStyle.BARS).interval("1d").fill_opacity(70)
    for name, colour in COLOURS.items():
        fixed = {"mode": "fixed", "fixedColor": colour}
        panel.override_by_name(name, [DynamicConfigValue(id_val="color", value=fixed)])
    for letter, ask in zip("ABCDEF", asks, strict=False):
        panel.with_target(_range(ask, letter))
    return panel


def ranking(
    title: str,
    says: str,
    ask: Ask,
    *,
    unit: str,
    steps: Steps = (),
    top: float | None = None,
    link: tuple[str, str] | None = None,
    span: int = 8,
) -> bargauge.Panel:
    """Who is how large over the time shown, as bars side by side."""
    panel = _dressed(bargauge.Panel(), title, says, unit, steps, span, 8)
    panel.orientation(VizOrientation.HORIZONTAL).display_mode(BarGaugeDisplayMode.BASIC).min(0)
    if top is not None:
        panel.max(top)
    if link:
        panel.data_links([dashboard.DashboardLink(link[0]).url(link[1])])
    return panel.reduce_options(_latest()).with_target(_now(ask, "A"))


def listing(
    title: str, says: str, ask: Ask, *, unit: str, columns: dict[str, str], span: int = 12
) -> table.Panel:
    """A table with the columns that are named, labels first and the figure last."""
    panel = _dressed(table.Panel(), title, says, unit, (), span, 8)
    order = {label: place for place, label in enumerate(columns)}
    options = {
        "excludeByName": {"Time": True, "__name__": True, "job": True},
        "indexByName": order,
        "renameByName": columns,
    }
    panel.with_transformation(DataTransformerConfig(id_val="organize", options=options))
    panel.sort_by([common.TableSortByFieldState().display_name(columns["Value"]).desc(True)])
    return panel.with_target(_now(ask, "A").format(PromQueryFormat.TABLE))


def state(title: str, says: str, *asks: Ask, words: Words, span: int = 12) -> statetimeline.Panel:
    """What held when, in words."""
    panel = _dressed(statetimeline.Panel(), title, says, "none", (), span, 8)
    panel.mappings(_mappings(words)).legend(_legend())
    for letter, ask in zip("ABCDEF", asks, strict=False):
        panel.with_target(_range(ask, letter))
    return panel


def _dressed(panel: P, title: str, says: str, unit: str, steps: Steps, span: int, height: int) -> P:
    panel.title(title).description(says).unit(unit).datasource(SOURCE).span(span).height(height)
    base = "green" if steps else "#5794F2"
    found = [Threshold(value=None, color=base)]
    found += [Threshold(value=value, color=colour) for value, colour in steps]
    panel.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found))
    if isinstance(panel, timeseries.Panel):
        panel.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    else:
        panel.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS))
    return panel


def _range(ask: Ask, letter: str) -> prometheus.Dataquery:
    return _query(ask, letter).range()


def _now(ask: Ask, letter: str) -> prometheus.Dataquery:
    return _query(ask, letter).instant()


def _query(ask: Ask, letter: str) -> prometheus.Dataquery:
    query = prometheus.Dataquery().expr(ask.expression).legend_format(ask.legend)
    return query.ref_id(letter).datasource(SOURCE)


def _mappings(words: Words) -> list[ValueMapping]:
    options = {
        value: ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, (text, colour)) in enumerate(words.items())
    }
    return [ValueMap(options=options)]


def _latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST)
    return legend.placement(LegendPlacement.BOTTOM).show_legend(True)


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
