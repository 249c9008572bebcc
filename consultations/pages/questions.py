"""What the pages of questions are given: lists of them, one, the room."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import msgspec

from accounts.policy import Actor
from app.kit.i18n import N_
from app.kit.paging import Paging
from app.kit.policy import Verdict
from consultations.models import Answer, Commitment, QuestionGroup
from consultations.pages.commitments import CommitmentCard
from consultations.pages.programme import Card
from consultations.policy import may_support_question, may_withdraw_question
from consultations.queries.questions import Asked
from consultations.rules.questions import (
    AnswerKind,
    How,
    Item,
    QuestionSort,
    QuestionState,
    is_answer_late,
)
from discussions.pages import GROUNDS
from discussions.policy import may_report
from discussions.states import Ground
from proposals.models import Idea

STATE_TITLES: dict[QuestionState, str] = {
    QuestionState.OPEN: N_("Not answered yet"),
    QuestionState.DEFERRED: N_("A written answer is promised"),
    QuestionState.ANSWERED: N_("Answered"),
    QuestionState.WITHDRAWN: N_("Withdrawn"),
}
STATE_TONES: dict[QuestionState, str] = {
    QuestionState.OPEN: "neutral",
    QuestionState.DEFERRED: "warning",
    QuestionState.ANSWERED: "success",
    QuestionState.WITHDRAWN: "neutral",
}
ANSWER_TITLES: dict[AnswerKind, str] = {
    AnswerKind.SPOKEN: N_("Answered in the room"),
    AnswerKind.WRITTEN: N_("Answered in writing"),
    AnswerKind.DEFERRED: N_("A written answer is promised"),
    AnswerKind.COMMITTED: N_("Promised"),
}
HOW_TITLES: dict[How, str] = {
    How.WEB: "",
    How.PAPER: N_("written on paper in the room"),
    How.VOICE: N_("said, and written down"),
}
SORT_TITLES: dict[QuestionSort, str] = {
    QuestionSort.SUPPORTED: N_("most supported"),
    QuestionSort.NEWEST: N_("newest"),
    QuestionSort.ROOM: N_("as taken up"),
}
Answers = Mapping[uuid.UUID, Sequence[tuple[Answer, frozenset[uuid.UUID]]]]


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `title` is a msgid; `commitment`: (number, address) of what it promised."""

    id: str
    title: str
    kind: str
    text: str
    due_on: date | None
    is_late: bool
    at: datetime
    by: str
    commitment: tuple[str, str] | None


class QuestionView(msgspec.Struct, frozen=True, kw_only=True):
    """A question. `state_title`, `how` and `ground` are msgids; of a hidden one `reason` stands in the place
    of its words.
    """

    id: str
    path: str
    author: str
    how: str
    body: str
    is_hidden: bool
    ground: str
    reason: str
    state: str
    state_title: str
    tone: str
    asked_at: datetime
    support_count: int
    supports: bool
    may_support: Verdict
    may_withdraw: bool
    report_path: str
    is_open: bool
    answers: list[AnswerView]
    idea: tuple[str, str, str] | None  # number, title, address

    @property
    def short(self) -> str:
        """For links: its first words."""
        return self.body if len(self.body) <= 80 else self.body[:79].rstrip() + "…"


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """A question alone, or a group with what was answered to all of it."""

    id: str
    is_group: bool
    title: str
    support_count: int
    questions: list[QuestionView]
    answers: list[AnswerView]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks, and what is known of the questions that they look at."""

    actor: Actor | None
    accounts: Collection[uuid.UUID]
    supported: Collection[uuid.UUID]
    asked: Mapping[uuid.UUID, Asked]
    answers: Answers
    commitments: Mapping[uuid.UUID, Commitment]  # by the answer
    ideas: Mapping[uuid.UUID, Idea]
    groups: Mapping[uuid.UUID, QuestionGroup]
    today: date


def view_answer(answer: Answer, known: Known, *, is_last: bool) -> AnswerView:
    """`is_last`: the promise of a written answer is late only while it is the last word."""
    made = known.commitments.get(answer.id)
    is_deferred = answer.kind == AnswerKind.DEFERRED
    return AnswerView(
        id=str(answer.id),
        title=ANSWER_TITLES[AnswerKind(answer.kind)],
        kind=answer.kind,
        text=answer.text,
        due_on=answer.due_on,
        is_late=is_last and is_deferred and answer.due_on is not None and answer.due_on < known.today,
        at=answer.at,
        by=answer.by_name,
        commitment=(made.number, f"/consultations/commitments/{made.id}") if made else None,
    )


def view_question(one: Asked, known: Known, *, common: Collection[uuid.UUID] = ()) -> QuestionView:
    """`common`: ids of answers that are shown with its group."""
    row, words, hiding = one.row, one.words, one.hiding
    answers = known.answers.get(row.id, [])
    late = is_answer_late(row.state, row.due_on, today=known.today)
    state, idea = QuestionState(row.state), known.ideas.get(row.id)
    return QuestionView(
        id=str(row.id),
        path=f"/consultations/questions/{row.id}",
        author=row.author_name,
        how=HOW_TITLES[How(row.how)],
        body="" if one.is_hidden else words.body,
        is_hidden=one.is_hidden,
        ground=GROUNDS[Ground(hiding.ground)] if hiding and hiding.ground else "",
        reason=hiding.reason if hiding else "",
        state=row.state,
        state_title=N_("The written answer is late") if late else STATE_TITLES[state],
        tone="danger" if late else STATE_TONES[state],
        asked_at=row.asked_at,
        support_count=row.support_count,
        supports=row.id in known.supported,
        may_support=may_support_question(known.actor, row, known.accounts, is_hidden=one.is_hidden),
        may_withdraw=not one.is_hidden and bool(may_withdraw_question(known.actor, row)),
        report_path=f"/comments/{words.id}#report" if may_report(known.actor, words) else "",
        is_open=state in (QuestionState.OPEN, QuestionState.DEFERRED),
        answers=[
            view_answer(answer, known, is_last=answer is answers[-1][0])
            for answer, _ in answers
            if answer.id not in common
        ],
        idea=(idea.number or "", idea.title, f"/ideas/{idea.id}") if idea else None,
    )


def view_item(item: Item, known: Known) -> ItemView:
    """A question, or a group: what was answered to all of its questions is shown once."""
    asked = [known.asked[key] for key in item.keys if isinstance(key, uuid.UUID) and key in known.asked]
    common: list[Answer] = []
    if item.is_group and asked:
        whole = {one.row.id for one in asked}
        common = [answer for answer, of in known.answers.get(asked[0].row.id, []) if whole <= of]
    ids = {answer.id for answer in common}
    key = item.key if isinstance(item.key, uuid.UUID) else uuid.UUID(int=0)
    group = known.groups.get(key)
    return ItemView(
        id=str(key),
        is_group=item.is_group,
        title=group.title if group else "",
        support_count=item.support_count,
        questions=[view_question(one, known, common=ids) for one in asked],
        answers=[view_answer(one, known, is_last=one is common[-1]) for one in common],
    )


class QuestionsPart(msgspec.Struct, frozen=True, kw_only=True):
    """The questions on the page of a consultation: how many, and the first of them."""

    path: str
    count: int
    items: list[ItemView]
    may_ask: Verdict
    may_take_down: Verdict
    may_commit: Verdict
    commitments: list[CommitmentCard]


class QuestionsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The questions of a consultation, and the form. `alike`: what was asked already, shown before a question
    is sent.
    """

    card: Card
    path: str
    items: list[ItemView]
    count: int
    sort: str
    sorts: list[tuple[str, str]]
    paging: Paging
    may_ask: Verdict
    may_take_down: Verdict
    form_id: str
    most: int
    alike: list[QuestionView] = []
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class QuestionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One question, with the others of its group."""

    card: Card
    question: QuestionView
    group: str
    others: list[QuestionView]
    may_answer: Verdict
    may_raise: Verdict


class AnswerPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of an answer. `others`: of its group."""

    card: Card
    question: QuestionView
    group: str
    others: list[QuestionView]
    seen: int
    typed: Mapping[str, str]
    errors: Mapping[str, str] = {}


class RoomPage(msgspec.Struct, frozen=True, kw_only=True):
    """What organizers and the door use in the room: write questions down, group them, put them in order."""

    card: Card
    path: str
    items: list[ItemView]
    groups: list[tuple[str, str]]
    may_take_down: Verdict
    may_arrange: Verdict
    may_answer: Verdict
    form_id: str
    chosen: list[str] = []
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
