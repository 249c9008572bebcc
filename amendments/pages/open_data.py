"""Everything public of an act as one JSON document: its form is described by `schema()` and has a version.

Nothing of it names an account: people are there by the names under which they signed, as on the pages.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from amendments.models import (
    Act,
    ActEvent,
    ActPaper,
    ActVersion,
    AmendmentAnchor,
    AmendmentConflict,
    AmendmentEvent,
    AmendmentRow,
    Answer,
    CouncilVote,
    RulingRow,
    Sitting,
    TakeOver,
)
from amendments.pages.open_council import OpenSitting, open_sitting
from amendments.queries import as_amendment, read_layout, read_operations, read_version
from amendments.rules.procedure import Clock
from amendments.text.lines import LAYOUT_VERSION, Line
from amendments.text.operations import Operation
from amendments.text.replay import Span
from amendments.text.sentences import sentence
from amendments.text.tokens import TOKENIZER_VERSION
from amendments.text.units import Unit
from amendments.text.weaving import Ruling

FORMAT = "obste.act/1"
"""A field may be added under this name; one that changes or goes makes another."""


class OpenPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A supporting document; `path` is its address here."""

    title: str
    path: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime


class OpenStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the procedure that happened."""

    position: int
    round: int
    event: str
    happened_on: date
    text: str
    by: str
    at: datetime


class OpenClock(msgspec.Struct, frozen=True, kw_only=True):
    """A term of the law on the day `as_of` of the document."""

    step: str
    after: str
    sense: str
    days: int
    unit: str
    source: str
    is_confirmed: bool
    standing: str
    due_on: date | None
    from_on: date | None
    done_on: date | None


class OpenVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The text at one moment: a tree of units, its numbered lines [line, unit, first token, token after the
    last, text], and for each unit that changed whose words are whose [from, to, amendments]. `report`: the
    changes and rulings that made it.
    """

    sequence: int
    kind: str
    published_at: datetime
    sha256: str
    tokenizer_version: int
    layout_version: int
    fields: dict[str, str]
    units: Sequence[Unit]
    lines: Sequence[Line]
    origins: dict[str, tuple[Span, ...]]
    report: dict[str, Any]


class OpenOperation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as data, in the coordinates of the version it is for, and as a sentence."""

    operation: Operation
    ro: str
    en: str


class OpenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; the last one holds, the others are superseded. `operations`: the text that stands for the
    amendment, on `version`; `same_as`: the amendment by which it is in the text already.
    """

    position: int
    version: int
    outcome: str
    reason: str
    operations: list[OpenOperation]
    same_as: str | None
    by: str
    function: str
    at: datetime


class OpenEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of an amendment's timeline; `operations`: what was proposed then."""

    position: int
    kind: str
    by: str
    text: str
    operations: tuple[Operation, ...] | None
    at: datetime


class OpenAnchor(msgspec.Struct, frozen=True, kw_only=True):
    """Where an amendment stands on a later version, or why it has no place there."""

    version: int
    fate: str
    operations: tuple[Operation, ...]
    because_of: list[str]


class OpenAmendment(msgspec.Struct, frozen=True, kw_only=True):
    """A registered amendment. `version`: the sequence of the text it was written for; `taken_over_by`: the
    councillor who stands for it before the council, if it is not in the text.
    """

    id: str
    number: str
    rank: int
    round: int
    version: int
    state: str
    state_reason: str
    author: str
    author_kind: str
    on_behalf_of: str
    submitted_at: datetime | None
    reason: str
    separable: bool
    operations: list[OpenOperation]
    supporters: int
    cosigners: list[str]
    answers: list[OpenAnswer]
    events: list[OpenEvent]
    anchors: list[OpenAnchor]
    taken_over_by: str = ""
    taken_over_because: str = ""


class OpenConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two amendments that meet on a version; `reasons`: [operation, operation, reason] of each pair."""

    version: int
    first: str
    second: str
    grade: str
    reasons: list[Any]


class OpenRuling(msgspec.Struct, frozen=True, kw_only=True):
    """In which order accepted amendments stand at one place; of one place the last ruling holds."""

    version: int
    position: int
    ruling: Ruling
    by: str
    at: datetime


class OpenAct(msgspec.Struct, frozen=True, kw_only=True):
    """A draft decision with all that became of it."""

    format: str
    as_of: date
    id: str
    number: str
    title: str
    summary: str
    initiator: str
    department: str
    officer: str
    contact: str
    majority: str
    state: str
    round: int
    announced_on: date | None
    proposals_until: date | None
    papers: list[OpenPaper]
    steps: list[OpenStep]
    clocks: list[OpenClock]
    versions: list[OpenVersion]
    amendments: list[OpenAmendment]
    conflicts: list[OpenConflict]
    rulings: list[OpenRuling]
    sittings: list[OpenSitting] = []


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    described = msgspec.json.schema(OpenAct)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:obste:{FORMAT}",
        "title": FORMAT,
        **described,
    }


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the document is made of, as it was read from the database."""

    act: Act
    papers: Sequence[ActPaper]
    steps: Sequence[ActEvent]
    clocks: Sequence[Clock]
    versions: Sequence[ActVersion]
    amendments: Sequence[AmendmentRow]
    answers: Mapping[uuid.UUID, Sequence[Answer]]
    events: Mapping[uuid.UUID, Sequence[AmendmentEvent]]
    anchors: Mapping[uuid.UUID, Sequence[AmendmentAnchor]]
    cosigners: Mapping[uuid.UUID, list[str]]
    conflicts: Sequence[AmendmentConflict]
    rulings: Sequence[RulingRow]
    sittings: Sequence[Sitting]
    votes: Mapping[uuid.UUID, Sequence[CouncilVote]]
    taken: Mapping[uuid.UUID, TakeOver]


def build_open_act(facts: Facts, *, today: date) -> OpenAct:
    """The document. It takes a second for a long law with a thousand amendments: off the loop, please."""
    act = facts.act
    sequences = {one.id: one.sequence for one in facts.versions}
    texts = {one.id: one for one in facts.versions}
    same = {
        name: getattr(act, name)
        for name in (
            "title", "summary", "initiator", "department", "officer", "contact", "majority", "state", "round",
            "announced_on", "proposals_until",
        )
    }  # fmt: skip
    return OpenAct(
        format=FORMAT,
        as_of=today,
        id=str(act.id),
        number=act.number or "",
        **same,
        papers=[_paper(act, one) for one in facts.papers],
        steps=[_step(one) for one in facts.steps],
        clocks=[_clock(one) for one in facts.clocks],
        versions=[_version(one) for one in facts.versions],
        amendments=[_amendment(row, facts, texts) for row in facts.amendments],
        conflicts=[
            OpenConflict(
                version=sequences[one.version_id],
                first=str(one.first_id),
                second=str(one.second_id),
                grade=one.grade,
                reasons=json.loads(one.reasons),
            )
            for one in facts.conflicts
        ],
        rulings=[
            OpenRuling(
                version=sequences[one.version_id],
                position=one.position,
                ruling=msgspec.json.decode(one.ruling, type=Ruling),
                by=one.by_name,
                at=one.at,
            )
            for one in facts.rulings
        ],
        sittings=[open_sitting(one, facts.votes.get(one.id, ()), sequences) for one in facts.sittings],
    )


def _paper(act: Act, one: ActPaper) -> OpenPaper:
    return OpenPaper(
        title=one.title,
        path=f"/acts/{act.id}/papers/{one.position}",
        media_type=one.media_type,
        size=one.size,
        sha256=one.sha256,
        added_at=one.added_at,
    )


def _step(one: ActEvent) -> OpenStep:
    return OpenStep(
        position=one.position,
        round=one.round,
        event=one.event,
        happened_on=one.happened_on,
        text=one.text,
        by=one.by_name,
        at=one.at,
    )


def _clock(one: Clock) -> OpenClock:
    provision = one.provision
    return OpenClock(
        step=provision.step.value,
        after=provision.after.value,
        sense=provision.sense.value,
        days=provision.term.days,
        unit=provision.term.unit.value,
        source=provision.term.source,
        is_confirmed=provision.is_confirmed,
        standing=one.standing.value,
        due_on=one.deadline.due_on if one.deadline else None,
        from_on=one.from_on,
        done_on=one.done_on,
    )


def _version(row: ActVersion) -> OpenVersion:
    version = read_version(row)
    origins = bytes(row.origins)
    return OpenVersion(
        sequence=row.sequence,
        kind=row.kind,
        published_at=row.published_at,
        sha256=row.content_hash,
        tokenizer_version=TOKENIZER_VERSION,
        layout_version=LAYOUT_VERSION,
        fields=version.fields,
        units=version.units,
        lines=read_layout(row).lines,
        origins=msgspec.json.decode(origins, type=dict[str, tuple[Span, ...]]) if origins else {},
        report=json.loads(row.report) if row.report else {},
    )


def _operations(version: ActVersion, operations: Iterable[Operation]) -> list[OpenOperation]:
    text, layout = read_version(version), read_layout(version)
    return [
        OpenOperation(
            operation=one,
            ro=sentence(text, one, "ro", layout=layout),
            en=sentence(text, one, "en", layout=layout),
        )
        for one in operations
    ]


def _amendment(row: AmendmentRow, facts: Facts, texts: Mapping[uuid.UUID, ActVersion]) -> OpenAmendment:
    written_for, taken = texts[row.version_id], facts.taken.get(row.id)
    return OpenAmendment(
        id=str(row.id),
        number=row.number or "",
        rank=row.rank or 0,
        round=row.round,
        version=written_for.sequence,
        state=row.state,
        state_reason=row.state_reason,
        author=row.author_name,
        author_kind=row.author_kind,
        on_behalf_of=row.on_behalf_of,
        submitted_at=row.submitted_at,
        reason=row.reason,
        separable=row.separable,
        operations=_operations(written_for, as_amendment(row).operations),
        supporters=row.support_count,
        cosigners=facts.cosigners.get(row.id, []),
        answers=[_answer(one, texts[one.version_id]) for one in facts.answers.get(row.id, ())],
        events=[_event(one) for one in facts.events.get(row.id, ())],
        anchors=[_anchor(one, texts) for one in facts.anchors.get(row.id, ())],
        taken_over_by=taken.by_name if taken else "",
        taken_over_because=taken.reason if taken else "",
    )


def _answer(one: Answer, version: ActVersion) -> OpenAnswer:
    given = read_operations(bytes(one.operations)) if one.operations is not None else ()
    return OpenAnswer(
        position=one.position,
        version=version.sequence,
        outcome=one.outcome,
        reason=one.reason,
        operations=_operations(version, given),
        same_as=str(one.same_as_id) if one.same_as_id else None,
        by=one.by_name,
        function=one.by_function,
        at=one.at,
    )


def _event(one: AmendmentEvent) -> OpenEvent:
    return OpenEvent(
        position=one.position,
        kind=one.kind,
        by=one.by_name,
        text=one.text,
        operations=read_operations(bytes(one.operations)) if one.operations is not None else None,
        at=one.at,
    )


def _anchor(one: AmendmentAnchor, texts: Mapping[uuid.UUID, ActVersion]) -> OpenAnchor:
    return OpenAnchor(
        version=texts[one.version_id].sequence,
        fate=one.fate,
        operations=read_operations(bytes(one.operations)),
        because_of=json.loads(one.because_of),
    )
