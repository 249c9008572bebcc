"""Lines on logarithmic axes as an SVG that needs no program to draw it and follows light and dark.

Colours are chosen to differ in brightness as well (Okabe and Ito's set for all kinds of colour vision), every
line has its own dashes and sign, and its name stands at its end.
"""

from html import escape
from math import ceil, floor, log10

import msgspec

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 62, 190, 64, 52
GAP = 40
NAME = 16  # least distance between the names of two lines

_SIGNS = (
    '<circle r="4"/>',
    '<rect x="-4" y="-4" width="8" height="8"/>',
    '<path d="M0 -5 L5 4 L-5 4 Z"/>',
    '<path d="M0 -5 L5 0 L0 5 L-5 0 Z"/>',
    '<path d="M-5 -4 L5 -4 L0 5 Z"/>',
)
_DASHES = ("none", "8 3", "2 3", "10 3 2 3", "5 3")
_STYLE = """
  svg { font: 13px system-ui, sans-serif; --ink: #1d1d1f; --faint: #d9d9de; --paper: #ffffff; }
  .l0 { --own: #0072b2; } .l1 { --own: #8a6500; } .l2 { --own: #00805c; }
  .l3 { --own: #b34700; } .l4 { --own: #a3457f; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f2f2f4; --faint: #44444a; --paper: #1c1c1f; }
    .l0 { --own: #56b4e9; } .l1 { --own: #f0c24b; } .l2 { --own: #2fc79a; }
    .l3 { --own: #ff8f4d; } .l4 { --own: #e39cc7; }
  }
  text { fill: var(--ink); } .grid { stroke: var(--faint); } .paper { fill: var(--paper); }
  .title { font-size: 16px; font-weight: 600; } .panel { font-weight: 600; }
  .line { fill: none; stroke: var(--own); stroke-width: 2; } .sign { fill: var(--own); }
  .name { fill: var(--own); font-weight: 600; }
"""


class Line(msgspec.Struct, frozen=True):
    """A name and its points (x, y), both above zero."""

    name: str
    points: tuple[tuple[float, float], ...]
    unit: str = "s"


class Panel(msgspec.Struct, frozen=True):
    """One pair of axes; `across` names the horizontal one."""

    title: str
    across: str
    lines: tuple[Line, ...]


class _Scale(msgspec.Struct, frozen=True):
    """From a value to a place between two ends, by its logarithm."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        part = (log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def draw(title: str, upwards: str, panels: tuple[Panel, ...]) -> str:
    """The panels below each other, with the same upward axis."""
    values = [y for panel in panels for line in panel.lines for _, y in line.points]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    height = TOP + len(panels) * HEIGHT - GAP + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        f'<text class="title" x="{LEFT}" y="26">{escape(title)}</text>',
        f'<text x="{LEFT}" y="44">{escape(upwards)}, both axes logarithmic</text>',
    ]
    for index, panel in enumerate(panels):
        top = TOP + index * HEIGHT + 24
        upward = _Scale(low, high, top + HEIGHT - GAP - BOTTOM - 24, top)
        parts += _panel(panel, upward)
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, upward: _Scale) -> list[str]:
    across_values = sorted({x for line in panel.lines for x, _ in line.points})
    across = _Scale(log10(across_values[0]), log10(across_values[-1]), LEFT, WIDTH - RIGHT)
    parts = [f'<text class="panel" x="{LEFT}" y="{upward.end - 12:.0f}">{escape(panel.title)}</text>']
    for power in range(int(upward.low), int(upward.high) + 1):
        y = upward.at(10**power)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(10.0**power)}</text>')
    for value in across_values:
        x = across.at(value)
        parts.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{upward.end:.1f}" y2="{upward.start:.1f}"/>'
        )
        below = upward.start + 18
        parts.append(f'<text x="{x:.1f}" y="{below:.1f}" text-anchor="middle">{_number(value)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    below = upward.start + 38
    parts.append(f'<text x="{middle:.0f}" y="{below:.1f}" text-anchor="middle">{escape(panel.across)}</text>')
    names = _apart([upward.at(line.points[-1][1]) for line in panel.lines])
    for index, (line, name_y) in enumerate(zip(panel.lines, names, strict=True)):
        parts += _line(index, line, across, upward, name_y)
    return parts


def _line(index: int, line: Line, across: _Scale, upward: _Scale, name_y: float) -> list[str]:
    places = [(across.at(x), upward.at(y)) for x, y in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    signs = "".join(f'<g transform="translate({x:.1f} {y:.1f})">{_SIGNS[index]}</g>' for x, y in places)
    told = f"{line.name}, {_number(line.points[-1][1])} {line.unit}"
    return [
        f'<g class="l{index}"><polyline class="line" stroke-dasharray="{_DASHES[index]}" points="{path}"/>',
        f'<g class="sign">{signs}</g>',
        f'<text class="name" x="{WIDTH - RIGHT + 12}" y="{name_y + 4:.1f}">{escape(told)}</text></g>',
    ]


def _apart(heights: list[float]) -> list[float]:
    """The same heights, moved down where two are too close."""
    moved, last = list(heights), float("-inf")
    for index in sorted(range(len(heights)), key=heights.__getitem__):
        last = moved[index] = max(heights[index], last + NAME)
    return moved


def _number(value: float) -> str:
    """As people write it: 1,000, or two digits of a small one."""
    return f"{value:,.0f}" if value >= 10 else f"{float(f'{value:.2g}'):g}"
