"""The page of all files of an act."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from amendments.models import Act, ActPaper, ActVersion, AmendmentRow, Debate, DebateMinutes, Sitting
from amendments.pages.acts import PaperView, view_paper
from amendments.pages.words import VERSION_KINDS
from amendments.states import VersionKind


class VersionFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A version with its files; `since`: the earlier versions from which changes can be shown; `kept`: (size,
    SHA-256) of those that were written down once, by their names.
    """

    sequence: int
    kind: str
    published_at: datetime
    sha256: str
    path: str
    since: list[int]
    kept: dict[str, tuple[int, str]]


class MinutesFile(msgspec.Struct, frozen=True, kw_only=True):
    """The published minutes of a meeting."""

    held_at: datetime
    path: str
    size: int
    sha256: str


class FilesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every file of an act. `sittings`: (number, day) of those in which the vote has begun."""

    act_id: str
    act_number: str
    act_title: str
    versions: list[VersionFiles]
    papers: list[tuple[PaperView, str]]
    amendment_count: int
    sittings: list[tuple[int, date]]
    minutes: list[MinutesFile]


def build_files(
    act: Act,
    versions: Sequence[ActVersion],
    papers: Sequence[ActPaper],
    rows: Sequence[AmendmentRow],
    sittings: Sequence[Sitting],
    minutes: Sequence[tuple[Debate, DebateMinutes]],
    kept: Mapping[uuid.UUID, dict[str, tuple[int, str]]],
) -> FilesPage:
    """The page: the newest version first."""
    base = f"/acts/{act.id}"
    return FilesPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        versions=[
            VersionFiles(
                sequence=one.sequence,
                kind=VERSION_KINDS[VersionKind(one.kind)],
                published_at=one.published_at,
                sha256=one.content_hash,
                path=f"{base}/versions/{one.sequence}",
                kept=kept.get(one.id, {}),
                since=[other.sequence for other in versions if other.sequence < one.sequence],
            )
            for one in reversed(versions)
        ],
        papers=[(view_paper(one), one.sha256) for one in papers],
        amendment_count=len(rows),
        minutes=[
            MinutesFile(
                held_at=debate.starts_at,
                path=f"{base}/debates/{debate.position}/minutes.json",
                size=len(one.content.encode()),
                sha256=one.sha256,
            )
            for debate, one in minutes
        ],
        sittings=[(one.position, one.held_on) for one in sittings if one.begun_at],
    )
