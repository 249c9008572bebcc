"""What the templates of prepared verdicts are given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from accounts.policy import Actor
from app.kit.i18n import Locale
from app.kit.policy import Verdict
from proposals.models import Idea, PreparedVerdict, Reason
from proposals.pages.ideas import LinkedIdea, view_linked
from proposals.pages.words import VERDICT_TITLES, ReasonView, view_reason
from proposals.policy import is_held, may_confirm, may_release
from proposals.service import Ruling
from proposals.states import VerdictKind


class PreparedRow(msgspec.Struct, frozen=True):
    """A verdict that waits."""

    id: str
    number: str
    title: str
    lang: str
    verdict_title: str
    cycle_title: str
    at: datetime
    by: str
    second: str
    waits_for_second: bool
    publish_at: datetime | None  # when it still waits for that
    problem: str
    is_mine: bool


class HeldCycle(msgspec.Struct, frozen=True):
    """A cycle that publishes all its verdicts at one moment."""

    slug: str
    title: str
    publish_at: datetime
    count: int
    may_release: Verdict


class PreparedListPage(msgspec.Struct, frozen=True):
    """Every verdict that waits."""

    rows: list[PreparedRow]
    cycles: list[HeldCycle]


class PreparedPage(msgspec.Struct, frozen=True):
    """One verdict that waits, in full."""

    row: PreparedRow
    idea_id: str
    ruling: Ruling
    own_title: str
    own_body: str
    reason: ReasonView | None
    target: LinkedIdea | None
    ended_as: str
    ended_at: datetime | None
    ended_by: str
    sent_back_because: str
    may_confirm: Verdict
    why: str = ""
    errors: dict[str, str] = {}


class ReleasePage(msgspec.Struct, frozen=True):
    """The question before all are published early."""

    cycle: HeldCycle


def build_row(
    prepared: PreparedVerdict,
    idea: Idea | Row[*tuple[Any, ...]],
    actor: Actor,
    *,
    cycle_title: str,
    publish_at: datetime | None,
    now: datetime,
) -> PreparedRow:
    """A verdict that waits, and for what."""
    return PreparedRow(
        id=str(prepared.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        verdict_title=VERDICT_TITLES[VerdictKind(prepared.kind)],
        cycle_title=cycle_title,
        at=prepared.at,
        by=prepared.by_name,
        second=prepared.second_name or "",
        waits_for_second=prepared.needs_second and prepared.second_id is None,
        publish_at=publish_at if is_held(publish_at, now=now) else None,
        problem=prepared.problem,
        is_mine=prepared.by_id == actor.id,
    )


def build_held(
    rows: Sequence[Row[*tuple[Any, ...]]], actor: Actor, locale: Locale, *, now: datetime
) -> list[HeldCycle]:
    """The cycles that wait for their moment."""
    return [
        HeldCycle(
            slug=row.slug,
            title=row.title if locale == "ro" else row.title_en,
            publish_at=row.publish_at,
            count=row.waiting,
            may_release=may_release(actor, publish_at=row.publish_at, now=now),
        )
        for row in rows
    ]


def build_page(
    row: PreparedRow,
    prepared: PreparedVerdict,
    idea: Idea,
    ruling: Ruling,
    actor: Actor,
    locale: Locale,
    *,
    reason: Reason | None,
    target: Idea | None,
    barred: frozenset[UUID],
) -> PreparedPage:
    """A verdict that waits, as it will be published."""
    return PreparedPage(
        row=row,
        idea_id=str(idea.id),
        ruling=ruling,
        own_title=idea.title,
        own_body=idea.body,
        reason=view_reason(reason, locale) if reason else None,
        target=view_linked(target) if target else None,
        ended_as=prepared.ended_as or "",
        ended_at=prepared.ended_at,
        ended_by=prepared.ended_by_name,
        sent_back_because=prepared.why,
        may_confirm=may_confirm(actor, idea, prepared, barred=barred),
    )
