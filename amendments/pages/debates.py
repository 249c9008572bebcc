"""What the pages of a public debate meeting get: its call, who speaks, the desk, the minutes."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import msgspec

from accounts.policy import Actor
from amendments.models import Act, Debate, DebateMinutes, DebateRecommendation, DebateRequest, DebateSpeaker
from amendments.policy import (
    may_call_debate,
    may_hold_debate,
    may_record_recommendation,
    may_register_to_speak,
    may_request_debate,
)
from amendments.queries.debates import Minutes, read_minutes
from amendments.states import DebateState
from app.kit.i18n import N_
from app.kit.policy import Verdict

STATES: dict[DebateState, str] = {
    DebateState.CALLED: N_("Called"),
    DebateState.ENDED: N_("Held; the minutes are being written"),
    DebateState.PUBLISHED: N_("Held; the minutes are public"),
    DebateState.CANCELLED: N_("Called off"),
}


class DebateLine(msgspec.Struct, frozen=True):
    """A meeting in the list of an act."""

    position: int
    starts_at: datetime
    state_title: str


class DebatesView(msgspec.Struct, frozen=True, kw_only=True):
    """The meetings of an act, who asked for one, and what the reader may do."""

    meetings: list[DebateLine]
    requests: list[str]
    may_request: bool
    may_call: bool


def view_debates(
    act: Act, actor: Actor | None, debates: Sequence[Debate], requests: Sequence[DebateRequest]
) -> DebatesView:
    """What an act's page says of its meetings."""
    is_open = any(one.state in (DebateState.CALLED, DebateState.ENDED) for one in debates)
    asked = actor is not None and any(one.account_id == actor.id for one in requests)
    return DebatesView(
        meetings=[DebateLine(one.position, one.starts_at, STATES[DebateState(one.state)]) for one in debates],
        requests=[one.entity for one in requests],
        may_request=not asked and not is_open and bool(may_request_debate(actor, act)),
        may_call=not is_open and bool(may_call_debate(actor, act)),
    )


class SpeakerView(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker, as the staff sees them; the public sees `public_name`."""

    position: int
    name: str
    public_name: str
    on_behalf_of: str
    about: str
    shows_papers: bool
    is_walk_in: bool
    registered_at: datetime
    spoke: str
    summary: str
    revision: int


def view_speaker(one: DebateSpeaker) -> SpeakerView:
    """A speaker with all that the desk needs."""
    return SpeakerView(
        position=one.position,
        name=one.name,
        public_name=one.name if one.is_public else "",
        on_behalf_of=one.on_behalf_of,
        about=one.about,
        shows_papers=one.shows_papers,
        is_walk_in=one.account_id is None,
        registered_at=one.registered_at,
        spoke="" if one.spoke is None else "yes" if one.spoke else "no",
        summary=one.summary,
        revision=one.revision,
    )


class DebatePage(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as everybody sees it. `own`: the reader's registration; `registered`: (recommendation, number
    and address of the amendment that it became), also after the minutes.
    """

    act_id: str
    act_number: str
    act_title: str
    position: int
    state: str
    state_title: str
    starts_at: datetime
    place: str
    link: str
    capacity: int | None
    minutes_each: int
    register_until: date
    how: str
    attending: list[str]
    cancel_reason: str
    speaker_count: int
    named: list[str]
    own: SpeakerView | None
    may_register: Verdict
    may_hold: bool
    minutes: Minutes | None
    sha256: str
    published_at: datetime | None
    corrections: list[tuple[str, str, datetime]]
    registered: dict[int, tuple[str, str]]
    units: dict[str, str]
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


def build_debate(
    act: Act,
    debate: Debate,
    actor: Actor | None,
    *,
    speakers: Sequence[DebateSpeaker],
    accounts: Collection[uuid.UUID],
    written: Sequence[DebateMinutes],
    registered: dict[int, tuple[str, str]],
    units: dict[str, str],
    today: date,
    typed: dict[str, str],
    errors: dict[str, str],
) -> DebatePage:
    """The page of a meeting."""
    own = next((one for one in speakers if one.account_id in accounts), None)
    return DebatePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        position=debate.position,
        state=debate.state,
        state_title=STATES[DebateState(debate.state)],
        starts_at=debate.starts_at,
        place=debate.place,
        link=debate.link,
        capacity=debate.capacity,
        minutes_each=debate.minutes_each,
        register_until=debate.register_until,
        how=debate.how,
        attending=debate.attending.splitlines(),
        cancel_reason=debate.cancel_reason,
        speaker_count=len(speakers),
        named=[one.name for one in speakers if one.is_public],
        own=view_speaker(own) if own else None,
        may_register=may_register_to_speak(actor, debate, today=today),
        may_hold=bool(may_hold_debate(actor)),
        minutes=read_minutes(written[0]) if written else None,
        sha256=written[0].sha256 if written else "",
        published_at=written[0].at if written else None,
        corrections=[(one.content, one.by_name, one.at) for one in written[1:]],
        registered=registered,
        units=units,
        typed=typed,
        errors=errors,
    )


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form by which an association or authority asks for a meeting."""

    act_id: str
    act_number: str
    act_title: str
    may_request: Verdict
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


class CallPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form by which the secretariat calls a meeting. `requests`: (entity, who signed, why)."""

    act_id: str
    act_number: str
    act_title: str
    requests: list[tuple[str, str, str]]
    latest: date
    is_confirmed: bool
    source: str
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


class RecommendationView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody recommended; `place`: how its part of the text is cited."""

    position: int
    speaker: str
    body: str
    place: str
    reads: str
    amendment: tuple[str, str] | None


class DeskPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the secretariat writes during and after a meeting. `units`: the parts of the text."""

    act_id: str
    act_number: str
    act_title: str
    position: int
    state: str
    state_title: str
    starts_at: datetime
    may_hold: bool
    speakers: list[SpeakerView]
    recommendations: list[RecommendationView]
    may_record: bool
    units: list[tuple[str, str]]
    attendance: int | None
    officials: str
    notes: str
    revision: int
    latest: date | None
    has_begun: bool
    do: str = ""
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}


def build_desk(
    act: Act,
    debate: Debate,
    actor: Actor | None,
    *,
    speakers: Sequence[DebateSpeaker],
    recommendations: Sequence[DebateRecommendation],
    numbers: Mapping[uuid.UUID | None, tuple[str, str]],
    units: list[tuple[str, str]],
    latest: date | None,
    now: datetime,
    do: str,
    typed: dict[str, str],
    errors: dict[str, str],
) -> DeskPage:
    """The desk of a meeting."""
    names = {one.id: f"{one.position}. {one.name}" for one in speakers}
    places = dict(units)
    return DeskPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        position=debate.position,
        state=debate.state,
        state_title=STATES[DebateState(debate.state)],
        starts_at=debate.starts_at,
        may_hold=bool(may_hold_debate(actor, debate)),
        speakers=[view_speaker(one) for one in speakers],
        recommendations=[
            RecommendationView(
                position=one.position,
                speaker=names.get(one.speaker_id, ""),
                body=one.body,
                place=places.get(one.unit, ""),
                reads=one.reads,
                amendment=numbers.get(one.amendment_id),
            )
            for one in recommendations
        ],
        may_record=bool(may_record_recommendation(actor, act)),
        units=units,
        attendance=debate.attendance,
        officials=debate.officials,
        notes=debate.notes,
        revision=debate.revision,
        latest=latest,
        has_begun=now >= debate.starts_at,
        do=do,
        typed=typed,
        errors=errors,
    )
