"""The few shapes a picture is made of, as SVG, and how wide words are.

Rule: all text is escaped; numbers have one decimal at most, so that a picture stays small.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Final

FONT: Final = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
PAGE, PANEL, EDGE = "#111217", "#181b1f", "#2e3136"
GRID, TRACK = "#26292e", "#22252b"
TEXT, DIM = "#d8d9da", "#9fa3ab"

# Grafana's names of colours, as it shows them on a dark page.
COLOURS: Final = {
    "green": "#73bf69",
    "yellow": "#fade2a",
    "orange": "#ff9830",
    "red": "#f2495c",
    "blue": "#5794f2",
}

# Of the font's size; a letter that is not named is of middling width.
_NARROW, _MIDDLING, _WIDE, _WIDEST = 0.36, 0.62, 0.7, 0.95
_WIDTHS: Final = {
    **dict.fromkeys("iljtfrI.,:;|!'()[] /", _NARROW),
    **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ", _WIDE),
    **dict.fromkeys("mwMW%", _WIDEST),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle to draw in, in pixels; `y` grows downwards."""

    x: float
    y: float
    wide: float
    high: float

    @property
    def right(self) -> float:
        return self.x + self.wide

    @property
    def bottom(self) -> float:
        return self.y + self.high

    def above(self, pixels: float) -> "Place":
        """What is left above a strip of that height."""
        return replace(self, high=self.high - pixels)

    def below(self, pixels: float) -> "Place":
        return replace(self, y=self.y + pixels, high=self.high - pixels)

    def right_of(self, pixels: float) -> "Place":
        return replace(self, x=self.x + pixels, wide=self.wide - pixels)


def colour(name: str) -> str:
    return COLOURS.get(name, name)


def width(words: str, size: float) -> float:
    """About how wide they are, in pixels; rather too wide, for fonts differ."""
    return size * sum(_WIDTHS.get(letter, _MIDDLING) for letter in words)


def fitted(words: str, size: float, room: float) -> str:
    """As much of them as there is room for."""
    if width(words, size) <= room:
        return words
    while words and width(words, size) + size * _WIDEST > room:
        words = words[:-1]
    return words.rstrip() + "…"


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 12,
    fill: str = TEXT,
    anchor: str = "start",
    weight: int = 400,
) -> str:
    """`y` is the line that letters stand on."""
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' font-weight="{weight}"' if weight != 400 else ""
    place = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{colour(fill)}"'
    return f"<text {place}{more}>{escape(words, quote=False)}</text>"


def box(
    x: float,
    y: float,
    wide: float,
    high: float,
    fill: str,
    *,
    edge: str = "",
    corner: float = 0,
    opacity: float = 1,
) -> str:
    more = f' stroke="{edge}"' if edge else ""
    more += f' rx="{number(corner)}"' if corner else ""
    more += f' fill-opacity="{opacity}"' if opacity != 1 else ""
    size = f'width="{number(max(wide, 0))}" height="{number(max(high, 0))}"'
    return f'<rect x="{number(x)}" y="{number(y)}" {size} fill="{colour(fill)}"{more}/>'


def line(points: Iterable[tuple[float, float]], stroke: str, *, dashed: bool = False) -> str:
    more = ' stroke-dasharray="6 4"' if dashed else ""
    path = f'd="{_path(points)}" fill="none" stroke="{colour(stroke)}" stroke-width="1.4"'
    return f'<path {path} stroke-linejoin="round"{more}/>'


def area(points: Iterable[tuple[float, float]], fill: str, opacity: float) -> str:
    return f'<path d="{_path(points)}Z" fill="{colour(fill)}" fill-opacity="{opacity}"/>'


def drawing(wide: float, high: float, title: str, shapes: Iterable[str]) -> str:
    """The whole file."""
    size = f'viewBox="0 0 {number(wide)} {number(high)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}" role="img">\n'
        f"<title>{escape(title, quote=False)}</title>\n" + "\n".join(shapes) + "\n</svg>\n"
    )


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
