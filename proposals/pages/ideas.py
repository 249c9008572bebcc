"""What the templates of public ideas are given."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Row

from accounts.policy import Actor
from app.kit.i18n import Locale
from app.kit.paging import Paging
from app.kit.policy import Verdict
from cycles.models import Cycle
from proposals.models import Attachment, CoAuthor, CostLine, Idea, IdeaEvent, Photo, Project, Reason
from proposals.models import Verdict as Decision
from proposals.pages.advice import AdviceView
from proposals.pages.authors import CoAuthorView, view_co_authors
from proposals.pages.maps import MapView, PinsView
from proposals.pages.words import (
    OUTCOME_TITLES,
    STATE_TITLES,
    ClockView,
    EventView,
    state_title,
    view_event,
    view_reason,
)
from proposals.policy import is_author, may_answer, may_support, may_withdraw, takes_comments
from proposals.states import BY_AUTHOR, SUPPORTABLE_STATES, EventKind, IdeaState, Outcome

ORDERS = ("random", "new", "supported")


class IdeaCard(msgspec.Struct, frozen=True):
    """An idea in a list."""

    id: str
    number: str
    title: str
    lang: str
    body: str
    state: str
    state_title: str
    area: str
    submitted_at: datetime | None
    support_count: int
    comment_count: int
    author: str
    photo_path: str
    project_number: str
    project_path: str


class Choice(msgspec.Struct, frozen=True):
    """An option of a filter."""

    value: str
    text: str


class IdeasPage(msgspec.Struct, frozen=True):
    """The list of ideas with its filters."""

    ideas: list[IdeaCard]
    paging: Paging
    cycles: list[Choice]
    areas: list[Choice]
    cycle: str
    area: str
    state: str
    text: str
    order: str
    query: str
    sort_links: list[tuple[str, str]]
    cycle_title: str
    may_send: bool
    pins: PinsView | None


class PhotoView(msgspec.Struct, frozen=True):
    """A photo of an idea."""

    id: str
    alt: str
    width: int
    height: int
    large_path: str
    small_path: str


class DocumentView(msgspec.Struct, frozen=True):
    """A document of an idea, to be saved. `kind`: as its ending says."""

    id: str
    title: str
    kind: str
    kilobytes: int
    path: str


class LinkedIdea(msgspec.Struct, frozen=True):
    """Another idea that this page links to."""

    id: str
    number: str
    title: str
    author: str


class CostView(msgspec.Struct, frozen=True):
    """The costing of an accepted idea."""

    lines: list[CostLine]
    margin_percent: int
    margin_bani: int
    total_bani: int
    yearly_bani: int


class IdeaPage(msgspec.Struct, frozen=True):
    """One idea in public."""

    id: str
    number: str
    title: str
    lang: str
    body: str
    author: str
    co_authors: list[CoAuthorView]
    area: str
    location: str
    landmark: str
    latitude: float | None
    longitude: float | None
    pin: MapView | None
    estimate_bani: int | None
    state: str
    state_title: str
    submitted_at: datetime | None
    support_count: int
    comment_count: int
    may_comment: Verdict
    cycle_slug: str
    cycle_title: str
    photos: list[PhotoView]
    documents: list[DocumentView]
    events: list[EventView]
    clock: ClockView | None
    advice: list[AdviceView]
    merged: list[LinkedIdea]
    merged_into: LinkedIdea | None
    costing: CostView | None
    project_number: str
    outcome: str
    outcome_title: str
    is_mine: bool
    follows: bool
    origin: tuple[str, str] | None
    supports: bool
    supports_target: bool
    used_supports: int
    most_supports: int
    may_support: Verdict
    may_withdraw: Verdict
    may_answer: Verdict
    may_contest: Verdict
    may_review: bool
    answer: str = ""
    errors: dict[str, str] = {}


class IdeaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the route has gathered about an idea, for `build_idea_page`."""

    idea: Idea
    cycle: Cycle
    area_name: str
    events: Sequence[IdeaEvent]
    reasons: Sequence[Reason]
    photos: Sequence[Photo]
    attachments: Sequence[Attachment]
    co_authors: Sequence[CoAuthor]
    merged: Sequence[Row[*tuple[Any, ...]]]
    merged_into: Idea | None
    project: Project | None
    decision: Decision | None
    lines: Sequence[CostLine]
    clock: ClockView | None
    follows: bool
    advice: list[AdviceView]
    supports: bool
    supports_target: bool
    used_supports: int
    most_supports: int
    voting_began: bool
    comment_count: int
    may_contest: Verdict
    may_review: bool
    origin: tuple[str, str] | None  # where it was raised: title, address
    pin: MapView | None


def photo_path(photo_id: object, size: str) -> str:
    """Where a photo lies."""
    return f"/photos/{photo_id}/{size}.jpg"


def build_card(row: Row[Any], comment_count: int = 0) -> IdeaCard:
    """An idea of a list from its row."""
    return IdeaCard(
        id=str(row.id),
        number=row.number or "",
        title=row.title,
        lang=row.lang,
        body=row.body,
        state=row.project_outcome or row.state,
        state_title=OUTCOME_TITLES[Outcome(row.project_outcome)]
        if row.project_outcome
        else STATE_TITLES[IdeaState(row.state)],
        area=row.area_name or "",
        submitted_at=row.submitted_at,
        support_count=row.support_count,
        comment_count=comment_count,
        author=row.author_name,
        photo_path=photo_path(row.photo_id, "small") if row.photo_id else "",
        project_number=row.project_number or "",
        project_path=f"/cycles/{row.cycle_slug}/projects/{row.project_number}" if row.project_number else "",
    )


def query_of(**values: str) -> str:
    """The query string of what is not empty."""
    return urlencode({name: value for name, value in values.items() if value})


def view_photos(photos: Sequence[Photo]) -> list[PhotoView]:
    """Photos with their addresses."""
    return [
        PhotoView(
            str(one.id),
            one.alt,
            one.width,
            one.height,
            photo_path(one.id, "large"),
            photo_path(one.id, "small"),
        )
        for one in photos
    ]


def view_documents(attachments: Sequence[Attachment]) -> list[DocumentView]:
    """Documents with their addresses."""
    return [
        DocumentView(
            str(one.id),
            one.title,
            one.key.rpartition(".")[2].upper(),
            max(1, one.size // 1024),
            f"/attachments/{one.id}",
        )
        for one in attachments
    ]


def view_events(
    events: Sequence[IdeaEvent], reasons: Sequence[Reason], locale: Locale, *, author: str | None = None
) -> list[EventView]:
    """The timeline, each rejection with the reason as it read then. `author`: the name that the idea has now,
    for its author's own entries, which cannot be altered when the account is closed.
    """
    known = {(reason.code, reason.version): view_reason(reason, locale) for reason in reasons}
    views = [view_event(event, known) for event in events]
    if author is None:
        return views
    return [
        msgspec.structs.replace(one, by=author) if one.by and one.kind in BY_AUTHOR else one for one in views
    ]


def view_linked(idea: Idea | Row[*tuple[Any, ...]]) -> LinkedIdea:
    """An idea that is linked to."""
    return LinkedIdea(str(idea.id), idea.number or "", idea.title, idea.author_name)


def view_costing(decision: Decision | None, lines: Sequence[CostLine]) -> CostView | None:
    """The costing of the decision that holds, if it accepted."""
    if decision is None or decision.total_bani is None:
        return None
    return CostView(
        list(lines),
        decision.margin_percent or 0,
        decision.margin_bani or 0,
        decision.total_bani,
        decision.yearly_bani or 0,
    )


def build_idea_page(facts: IdeaFacts, actor: Actor | None, locale: Locale) -> IdeaPage:
    """Everything the page of an idea shows."""
    idea, project = facts.idea, facts.project
    outcome = project.outcome if project and project.outcome else ""
    return IdeaPage(
        id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        body=idea.body,
        author=idea.author_name,
        area=facts.area_name,
        location=idea.location,
        landmark=idea.landmark,
        latitude=idea.latitude,
        longitude=idea.longitude,
        pin=facts.pin,
        estimate_bani=idea.estimate_bani,
        state=idea.state,
        state_title=state_title(idea),
        submitted_at=idea.submitted_at,
        support_count=idea.support_count,
        comment_count=facts.comment_count,
        may_comment=takes_comments(idea),
        cycle_slug=facts.cycle.slug,
        cycle_title=facts.cycle.title if locale == "ro" else facts.cycle.title_en,
        photos=view_photos(facts.photos),
        documents=view_documents(facts.attachments),
        events=view_events(facts.events, facts.reasons, locale, author=idea.author_name),
        clock=facts.clock,
        advice=facts.advice,
        merged=[view_linked(one) for one in facts.merged],
        merged_into=view_linked(facts.merged_into) if facts.merged_into else None,
        costing=view_costing(facts.decision, facts.lines),
        project_number=project.number if project and project.withdrawn_at is None else "",
        outcome=outcome,
        outcome_title=OUTCOME_TITLES[Outcome(outcome)] if outcome else "",
        is_mine=is_author(actor, idea),
        co_authors=view_co_authors(facts.co_authors),
        follows=facts.follows,
        origin=facts.origin,
        supports=facts.supports,
        supports_target=facts.supports_target,
        used_supports=facts.used_supports,
        most_supports=facts.most_supports,
        may_support=may_support(
            actor,
            idea,
            supports=facts.supports,
            used=facts.used_supports,
            most=facts.most_supports,
            voting_began=facts.voting_began,
        ),
        may_withdraw=may_withdraw(actor, idea),
        may_answer=may_answer(actor, idea),
        may_contest=facts.may_contest,
        may_review=facts.may_review,
    )


class SupportedPage(msgspec.Struct, frozen=True):
    """The ideas that somebody supports: (cycle, how many of its supports are used, the most, the ideas)."""

    cycles: list[tuple[str, int, int, list["SupportedIdea"]]]


class SupportedIdea(msgspec.Struct, frozen=True):
    """One of them."""

    id: str
    number: str
    title: str
    lang: str
    state_title: str
    state: str
    is_counted: bool


class ConfirmPage(msgspec.Struct, frozen=True):
    """A question before something that cannot be undone."""

    idea_id: str
    title: str
    number: str


def view_supported(idea: Idea) -> SupportedIdea:
    """An idea that somebody supports."""
    return SupportedIdea(
        str(idea.id),
        idea.number or "",
        idea.title,
        idea.lang,
        state_title(idea),
        idea.state,
        is_counted=idea.state in SUPPORTABLE_STATES,
    )


class FeedPage(msgspec.Struct, frozen=True):
    """The Atom feed of the newest ideas."""

    title: str
    ideas: list[IdeaCard]
    query: str
    updated: datetime


class TimelineFeedPage(msgspec.Struct, frozen=True):
    """The Atom feed of one idea's timeline."""

    id: str
    number: str
    title: str
    lang: str
    events: list[EventView]
    updated: datetime


class SimilarCard(msgspec.Struct, frozen=True):
    """An idea like the draft, and what both say."""

    card: IdeaCard
    percent: int
    shared: list[str]


def reason_codes(events: Sequence[IdeaEvent]) -> set[str]:
    """The codes of reasons that a timeline names."""
    rejections = [event for event in events if event.kind == EventKind.REJECTED]
    return {str(json.loads(event.facts)["reason"]) for event in rejections}


def replace_answer(model: IdeaPage, answer: str, errors: dict[str, str]) -> IdeaPage:
    """The page with a refused answer in its form."""
    return msgspec.structs.replace(model, answer=answer, errors=errors)
