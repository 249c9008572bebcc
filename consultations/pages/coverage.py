"""Which streets nobody has visited: by neighbourhood, and as a file."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit.clock import local_date
from consultations.queries import Chosen
from consultations.rules.coverage import Covered

CSV_HEAD = ("neighbourhood", "street", "held", "last_on", "next_on")


class AreaCover(msgspec.Struct, frozen=True, kw_only=True):
    """A neighbourhood: how many of its streets a consultation was for, and those of which none was."""

    code: str
    name: str
    streets: int
    visited: int
    planned: list[tuple[str, datetime]]  # never visited, but planned
    never: list[str]

    @property
    def percent(self) -> int:
        """Rounded down: 99.6 is not 100."""
        return self.visited * 100 // self.streets


class CoveragePage(msgspec.Struct, frozen=True, kw_only=True):
    """The coverage of all neighbourhoods, the least visited first."""

    areas: list[AreaCover]
    streets: int
    visited: int
    chosen: Chosen
    all_areas: list[tuple[str, str]]
    seasons: list[tuple[str, str]]
    query: str
    may_organize: bool


def view_areas(covered: Sequence[Covered]) -> list[AreaCover]:
    """By neighbourhood."""
    by_area: dict[str, list[Covered]] = {}
    for one in covered:
        by_area.setdefault(one.area_code, []).append(one)
    areas = [
        AreaCover(
            code=code,
            name=own[0].area,
            streets=len(own),
            visited=sum(one.held > 0 for one in own),
            planned=[(one.name, one.next_at) for one in own if not one.held and one.next_at],
            never=[one.name for one in own if not one.held and not one.next_at],
        )
        for code, own in by_area.items()
    ]
    return sorted(areas, key=lambda one: (one.percent, one.name))


def write_rows(covered: Sequence[Covered]) -> list[list[str]]:
    """The rows of the file."""
    return [
        [
            one.area,
            one.name,
            str(one.held),
            local_date(one.last_at).isoformat() if one.last_at else "",
            local_date(one.next_at).isoformat() if one.next_at else "",
        ]
        for one in covered
    ]


class StreetsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of the town's streets."""

    typed: str
    areas: list[str]
    count: int
    errors: Mapping[str, str] = {}
