"""What of an act may be commented on: registered amendments, parts of the text; the act is their scope.

Handed to discussions/ by `app/wiring.py`, which asks for many at once.
"""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments.models import Act, AmendmentRow
from amendments.policy import may_see_amendment, may_view, takes_comments
from amendments.queries.acts import list_versions, read_version
from amendments.states import AmendmentState
from amendments.text.labels import cite
from app.kit.i18n import N_
from app.kit.policy import Verdict, deny
from app.kit.text import uuids
from discussions.queries import Subject, count_comments


def comment_scope(act_id: uuid.UUID | str) -> str:
    """The reference under which all that is said of an act stands."""
    return f"act:{act_id}"


def amendment_ref(amendment_id: uuid.UUID | str) -> str:
    """The reference of an amendment."""
    return f"amendment:{amendment_id}"


def unit_ref(act_id: uuid.UUID | str, unit: str) -> str:
    """The reference of a part of the text: of that part in every version."""
    return f"unit:{act_id}:{unit}"


async def find_acts(session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Subject]:
    """Acts, on which as a whole nothing is said: they hold what is said of their parts."""
    return {
        str(act.id): _subject(
            act, comment_scope(act.id), act.title, f"/acts/{act.id}", deny(N_("Choose a part of the text."))
        )
        for act in await _visible(session, actor, keys)
    }


async def find_amendments(
    session: AsyncSession, actor: Actor | None, keys: Sequence[str]
) -> dict[str, Subject]:
    """Registered amendments."""
    query = (
        select(AmendmentRow, Act)
        .join(Act, Act.id == AmendmentRow.act_id)
        .where(AmendmentRow.id.in_(uuids(keys)), AmendmentRow.state != AmendmentState.DRAFT.value)
    )
    return {
        str(row.id): _subject(
            act,
            amendment_ref(row.id),
            f"{row.number}, {row.author_name}",
            f"/acts/{act.id}/amendments/{row.id}",
            takes_comments(act),
        )
        for row, act in (await session.execute(query)).all()
        if may_view(actor, act) and may_see_amendment(actor, row)
    }


async def find_units(session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Subject]:
    """Parts of the newest texts; and of earlier ones, where they can still be read."""
    found: dict[str, Subject] = {}
    units = {key: key.partition(":")[2] for key in keys}
    for act in await _visible(session, actor, [key.partition(":")[0] for key in keys]):
        wanted = {key: unit for key, unit in units.items() if key.startswith(f"{act.id}:")}
        versions = [read_version(one) for one in await list_versions(session, act.id)]
        for key, unit in wanted.items():
            text = next((one for one in reversed(versions) if unit in one), None)
            if text is None or not versions:
                continue
            is_there = unit in versions[-1]
            found[key] = _subject(
                act,
                unit_ref(act.id, unit),
                cite(text, unit),
                f"/acts/{act.id}/text/{unit}" if is_there else f"/acts/{act.id}",
                takes_comments(act) if is_there else deny(N_("This part is no longer in the text.")),
            )
    return found


async def _visible(session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> list[Act]:
    query = select(Act).where(Act.id.in_(uuids(keys)))
    return [act for act in (await session.execute(query)).scalars() if may_view(actor, act)]


def _subject(act: Act, ref: str, title: str, path: str, verdict: Verdict) -> Subject:
    return Subject(
        ref=ref,
        scope=comment_scope(act.id),
        title=title,
        path=path,
        parents=(((act.number or ""), f"/acts/{act.id}"),) if path != f"/acts/{act.id}" else (),
        takes_comments=verdict,
    )


class Said(msgspec.Struct, frozen=True):
    """How many comments can be read on each amendment and each part of the text, and in all."""

    amendments: dict[str, int]
    units: dict[str, int]
    total: int


async def count_said(session: AsyncSession, act_id: uuid.UUID) -> Said:
    """What is said of an act, counted in one query."""
    amendments: dict[str, int] = {}
    units: dict[str, int] = {}
    for ref, count in (await count_comments(session, comment_scope(act_id))).items():
        kind, _, key = ref.partition(":")
        if kind == "unit":
            units[key.partition(":")[2]] = count
        else:
            amendments[key] = count
    return Said(amendments, units, sum(amendments.values()) + sum(units.values()))
