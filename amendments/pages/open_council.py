"""The council's votes for programs: as open data, and as the plain values of an Akoma Ntoso document."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from amendments.models import Act, ActVersion, AmendmentRow, CouncilVote, Sitting
from amendments.pages.sitting import CHOICES, FATES, decision_of
from amendments.queries import (
    fates_of,
    holding,
    read_choices,
    read_order,
    read_present,
    read_roll,
    read_version,
)
from amendments.rules.majority import quorum
from amendments.rules.voting_order import WHOLE_ACT, Fate, Order, felled_by
from amendments.text.operations import Amendment
from amendments.text.sentences import sentence
from amendments.text.writing.akoma_votes import CouncilSitting, Motion, Record
from app.kit.i18n import N_, Locale, translate

LOCALE: Locale = "ro"  # acts and their votes are Romanian, in whatever language their reader uses the site


# ── open data ─────────────────────────────────────────────────────────────────
class OpenMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in office on the day of a sitting."""

    id: str
    name: str
    present: bool


class OpenVote(msgspec.Struct, frozen=True, kw_only=True):
    """A vote by name; the last one of a motion holds, the others are corrected by it. `choices`: by the ids
    of the roll.
    """

    position: int
    choices: dict[str, str]
    for_count: int
    needed: int
    passed: bool
    reason: str
    by: str
    at: datetime


class OpenMotion(msgspec.Struct, frozen=True, kw_only=True):
    """What is put to the vote, in the order of voting. `motion`: the id of an amendment, or `act`;
    `together`: amendments that propose the same; `felled_by`: whose adoption left nothing to vote on.
    """

    motion: str
    why: str
    percent: int
    together: list[str]
    fate: str
    felled_by: str | None
    votes: list[OpenVote]


class OpenSitting(msgspec.Struct, frozen=True, kw_only=True):
    """A sitting of the council on this draft. `version`: the text that is voted; the roll and the order stand
    when the vote begins, before it they are empty.
    """

    position: int
    state: str
    held_on: date
    begins_at: str
    place: str
    link: str
    policy: str
    version: int
    called_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    decision: str
    roll: list[OpenMember]
    motions: list[OpenMotion]


def open_sitting(
    sitting: Sitting, votes: Sequence[CouncilVote], sequences: Mapping[UUID, int]
) -> OpenSitting:
    """A sitting as open data."""
    there, order = read_present(sitting), read_order(sitting) or Order(votes=())
    fates = fates_of(order, votes)
    return OpenSitting(
        **{
            name: getattr(sitting, name)
            for name in (
                "position", "state", "held_on", "begins_at", "place", "link", "policy", "called_at",
                "begun_at", "ended_at", "end_reason",
            )
        },
        version=sequences[sitting.version_id],
        decision=decision_of(sitting),
        roll=[OpenMember(id=one.id, name=one.name, present=one.id in there) for one in read_roll(sitting)],
        motions=[
            OpenMotion(
                motion=one.id,
                why=one.why.value,
                percent=one.percent,
                together=list(one.together),
                fate=fates[one.id].value,
                felled_by=felled_by(order, fates, one.id),
                votes=[_open_vote(vote) for vote in votes if vote.motion == one.id],
            )
            for one in order.votes
        ],
    )  # fmt: skip


def _open_vote(vote: CouncilVote) -> OpenVote:
    return OpenVote(
        position=vote.position,
        choices={id: choice.value for id, choice in read_choices(vote).items()},
        for_count=vote.for_count,
        needed=vote.needed_count,
        passed=vote.passed,
        reason=vote.reason,
        by=vote.by_name,
        at=vote.at,
    )


# ── Akoma Ntoso ───────────────────────────────────────────────────────────────
def write_sitting(
    act: Act,
    sitting: Sitting,
    version: ActVersion,
    motions: Mapping[str, tuple[AmendmentRow, Amendment]],
    votes: Sequence[CouncilVote],
) -> CouncilSitting:
    """A sitting whose vote has begun. `motions`: the amendments on its text, by id."""
    order, text, roll = read_order(sitting) or Order(votes=()), read_version(version), read_roll(sitting)
    fates, holds = fates_of(order, votes), holding(votes)

    def describe(id: str) -> tuple[str, str, list[str]]:
        if id == WHOLE_ACT or id not in motions:
            return act.number or "", "bill", [act.title]
        row, amendment = motions[id]
        return row.number or "", "amendment", [sentence(text, one) for one in amendment.operations]

    written = []
    for one in order.votes:
        number, document, says = describe(one.id)
        records = [
            Record(
                choices={id: choice.value for id, choice in read_choices(vote).items()},
                needed=vote.needed_count,
                passed=vote.passed,
                holds=holds[one.id] is vote,
                reason=vote.reason,
            )
            for vote in votes
            if vote.motion == one.id
        ]
        fate = _fate_in_words(order, fates, one.id, motions)
        written.append(Motion(number=number, document=document, says=says, fate=fate, records=records))
    return CouncilSitting(
        place=f"{sitting.held_on:%d.%m.%Y}, {sitting.begins_at}, {sitting.place}",
        roll=[(one.id, one.name) for one in roll],
        present=read_present(sitting),
        quorum=quorum(len(roll)),
        motions=written,
        titles={
            **{choice.value: translate(LOCALE, title) for choice, title in CHOICES.items()},
            "adopted": translate(LOCALE, FATES[Fate.ADOPTED]),
            "not_adopted": translate(LOCALE, FATES[Fate.REJECTED]),
        },
    )


def _fate_in_words(
    order: Order,
    fates: Mapping[str, Fate],
    id: str,
    motions: Mapping[str, tuple[AmendmentRow, Amendment]],
) -> str:
    by = felled_by(order, fates, id)
    if by is not None and by in motions:
        said = N_("It fell: %(number)s was adopted, which contradicts it.")
        return translate(LOCALE, said, number=motions[by][0].number)
    return translate(LOCALE, FATES[fates[id]])
