"""Pages of votes on paper, but for the sheets: the list of places, the officer's, the table, the protocol."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_
from app.kit.policy import Verdict
from voting.models import PollingPlace
from voting.pages.words import shown_state, title_of
from voting.policy import (
    PlaceFacts,
    may_decide_sheet,
    may_read_sheets,
    may_reopen_place,
    may_set_places,
    may_sign_place,
    may_withdraw_signature,
    may_work_at,
    may_write_protocol,
)
from voting.queries import PollInFull
from voting.rules.sheets import NEEDED_SIGNATURES, PaperSummary, PlaceReport
from voting.service import PlaceState, Problem, Visitor
from voting.states import SAW_OWN


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A polling place in the list of work."""

    number: int
    name: str
    given: int
    is_open: bool
    steps: list[tuple[str, str]]


class WorkPage(msgspec.Struct, frozen=True):
    """Every vote with polling places, and what there is to do for this official."""

    polls: list[tuple[str, str, list[WorkRow]]]


class PublicPage(msgspec.Struct, frozen=True, kw_only=True):
    """Where people vote on paper; after the count, every place's protocol."""

    id: str
    title: str
    state: str
    places: Sequence[PollingPlace]
    part: PaperSummary | None
    digest: str


class SetupPage(msgspec.Struct, frozen=True, kw_only=True):
    """The officer's list of places, with the form for one more; or one place to be changed."""

    id: str
    title: str
    places: Sequence[PollingPlace]
    changing: int
    may_set: Verdict
    form: dict[str, str]
    errors: dict[str, str]


class TablePage(msgspec.Struct, frozen=True, kw_only=True):
    """The table of a place: whom do you have in front of you?"""

    id: str
    title: str
    place: PollingPlace
    given: int
    may_work: Verdict
    may_reopen: Verdict
    found: list[tuple[uuid.UUID, str, str]]
    form: dict[str, str]
    errors: dict[str, str]


class VisitorPage(msgspec.Struct, frozen=True, kw_only=True):
    """One person at the table."""

    id: str
    title: str
    place: PollingPlace
    visitor: Visitor
    given_where: str
    form: dict[str, str]
    errors: dict[str, str]


class ReaderRow(msgspec.Struct, frozen=True):
    """Who enters the papers of a place, and whether they are done: nothing else is told."""

    reading: int
    name: str
    done_at: datetime | None


class ProtocolPage(msgspec.Struct, frozen=True, kw_only=True):
    """The protocol of a place: numbers, what does not agree, signatures."""

    id: str
    title: str
    place: PollingPlace
    report: PlaceReport | None
    given: int
    problems: list[str]
    readers: list[ReaderRow]
    released: list[tuple[str, str]]
    reason: str
    differing: int
    undecided: int
    signatures: list[tuple[str, datetime]]
    needed: int
    digest: str
    may_write: Verdict
    may_read: Verdict
    may_decide: Verdict
    may_sign: Verdict
    may_withdraw: Verdict
    form: dict[str, str]
    errors: dict[str, str]


PROBLEM_WORDS = {
    Problem.NO_PROTOCOL: N_("The numbers of the protocol are not written yet."),
    Problem.NOT_READ: N_("Two clerks have to enter every paper."),
    Problem.NOT_DECIDED: N_("A third clerk has to decide on the papers on which two differ."),
    Problem.BLANK: N_("The papers entered as blank are not as many as the protocol says."),
    Problem.SPOILED: N_("The papers entered as spoiled are not as many as the protocol says."),
    Problem.UNEXPLAINED: N_(
        "There is a surplus or a shortage of papers: explain it, in at least 20 characters."
    ),
}
NUMBER_FIELDS = ("received", "unused", "returned", "in_box", "blank", "spoiled")


def build_work(
    ctx: Ctx, polls: Sequence[tuple[PollInFull, Sequence[PollingPlace], dict[int, int]]]
) -> WorkPage:
    """What there is to do, place by place."""
    rows = []
    for full, places, given in polls:
        base = f"/polls/{full.poll.id}/places/"
        listed = [
            WorkRow(
                number=place.number,
                name=place.name,
                given=given.get(place.number, 0),
                is_open=bool(_may_work(ctx, full, place)),
                steps=_steps(ctx, full, place, base + str(place.number)),
            )
            for place in places
        ]
        rows.append((str(full.poll.id), title_of(full.poll, ctx), listed))
    return WorkPage(rows)


def _may_work(ctx: Ctx, full: PollInFull, place: PollingPlace) -> Verdict:
    return may_work_at(ctx.actor, full.facts, PlaceFacts(is_closed=place.closed_at is not None), now=ctx.now)


def _may_reopen(ctx: Ctx, full: PollInFull, place: PollingPlace) -> Verdict:
    facts = PlaceFacts(is_closed=place.closed_at is not None)
    return may_reopen_place(ctx.actor, full.facts, facts, now=ctx.now)


def _steps(ctx: Ctx, full: PollInFull, place: PollingPlace, base: str) -> list[tuple[str, str]]:
    """Where one goes from the list: the table while it is open, the protocol afterwards."""
    if _may_work(ctx, full, place):
        return [(ctx.gettext("Open the table"), f"{base}/table")]
    if _may_reopen(ctx, full, place):
        return [(ctx.gettext("Open it again"), f"{base}/table")]
    if full.poll.closed_at is None:
        return []
    return [(ctx.gettext("Protocol"), f"{base}/protocol")]  # which leads on to the papers, for whom they wait


def build_public(
    ctx: Ctx, full: PollInFull, places: Sequence[PollingPlace], part: PaperSummary | None
) -> PublicPage:
    """The public list of places. `part` is given once the result is published."""
    return PublicPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        state=shown_state(full.facts, ctx.now),
        places=places,
        part=part,
        digest=full.poll.paper_digest or "",
    )


def build_setup(
    ctx: Ctx,
    full: PollInFull,
    places: Sequence[PollingPlace],
    *,
    changing: int = 0,
    form: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> SetupPage:
    """The officer's page of places; `changing` is the number of the one whose form is shown."""
    chosen = next((one for one in places if one.number == changing), None)
    values = {
        name: str(getattr(chosen, name)) if chosen else "" for name in ("number", "name", "address", "hours")
    }
    if not changing:
        values["number"] = str(max((one.number for one in places), default=0) + 1)
    return SetupPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        places=places,
        changing=changing,
        may_set=may_set_places(ctx.actor, full.facts),
        form=form or values,
        errors=errors or {},
    )


def build_table(
    ctx: Ctx,
    full: PollInFull,
    place: PollingPlace,
    *,
    given: int,
    found: list[tuple[uuid.UUID, str, str]] | None = None,
    form: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> TablePage:
    """The table of a place; `found`: several people of one name and year."""
    return TablePage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        place=place,
        given=given,
        may_work=_may_work(ctx, full, place),
        may_reopen=_may_reopen(ctx, full, place),
        found=found or [],
        form={"document": "", "name": "", "birth_year": "", "reason": "", **(form or {})},
        errors=errors or {},
    )


def build_visitor(
    ctx: Ctx,
    full: PollInFull,
    place: PollingPlace,
    visitor: Visitor,
    *,
    given_where: str,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> VisitorPage:
    """One person at the table."""
    return VisitorPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        place=place,
        visitor=visitor,
        given_where=given_where,
        form={"reason": reason},
        errors=errors or {},
    )


def build_protocol(
    ctx: Ctx,
    state: PlaceState,
    *,
    given: int,
    names: dict[uuid.UUID, str],
    form: dict[str, str] | None = None,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> ProtocolPage:
    """The protocol of a place. `reason`: what was typed of a release that was refused."""
    reading, facts = state.reading, state.reading.full.facts
    place, actor = reading.place, ctx.actor
    values = {
        name: "" if getattr(place, name) is None else str(getattr(place, name)) for name in NUMBER_FIELDS
    }
    differing = reading.differing
    return ProtocolPage(
        id=str(reading.full.poll.id),
        title=title_of(reading.full.poll, ctx),
        place=place,
        report=state.report,
        given=given,
        problems=[ctx.gettext(PROBLEM_WORDS[one]) for one in state.problems],
        readers=[
            ReaderRow(one.reading, names.get(one.account_id, ""), one.done_at) for one in reading.readings
        ],
        released=[
            (names.get(one.account_id, ""), one.reason) for one in reading.witnesses if one.saw == SAW_OWN
        ],
        reason=reason,
        differing=len(differing),
        undecided=sum(one.decided is None for one in differing),
        signatures=[(one.name, one.signed_at) for one in state.signatures],
        needed=NEEDED_SIGNATURES,
        digest=state.digest,
        may_write=may_write_protocol(actor, facts, state.facts),
        may_read=may_read_sheets(actor, facts, state.facts),
        may_decide=may_decide_sheet(actor, facts, state.facts),
        may_sign=may_sign_place(actor, facts, state.facts),
        may_withdraw=may_withdraw_signature(actor, facts, state.facts),
        form=form or {**values, "explanation": place.explanation},
        errors=errors or {},
    )
