"""Which amendments a reader asked for: by part of the text, by what became of them, by author, one's own."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from amendments.models import AmendmentRow, Answer
from amendments.pages.changes import unit_of
from amendments.pages.words import AMENDMENT_STATES, AUTHOR_KINDS, OUTCOMES
from amendments.states import AmendmentState, AuthorKind, Outcome
from amendments.text.labels import cite
from amendments.text.operations import Amendment
from amendments.text.units import Version
from app.kit.forms import Form
from app.kit.i18n import Locale

VIEWS = ("inline", "side", "new")
GATHERING = ("article", "annex")  # what a filter offers: the parts by which people speak of a text

STATES: tuple[tuple[str, str], ...] = (
    *((one.value, AMENDMENT_STATES[one]) for one in AmendmentState if one != AmendmentState.DRAFT),
    *((one.value, title) for one, title in OUTCOMES.items()),
)
KINDS: tuple[tuple[str, str], ...] = tuple((one.value, title) for one, title in AUTHOR_KINDS.items())


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; empty is everything. `state`: of the amendment, or the outcome of its answer."""

    article: str = ""
    state: str = ""
    author: str = ""
    mine: bool = False
    view: str = VIEWS[0]

    @property
    def query(self) -> str:
        """The same as a query string, for links to the same list in another form; without what is one's
        own, which only its reader has.
        """
        named = {"article": self.article, "state": self.state, "author": self.author}
        return urlencode({name: value for name, value in named.items() if value})


def read_chosen(asked: Form, *, is_signed_in: bool) -> Chosen:
    """What a query string asks for; what it cannot mean is everything."""
    state, author, view = asked.get("state"), asked.get("author"), asked.get("view")
    return Chosen(
        article=(asked.get("article") or "")[:200],
        state=state if state in dict(STATES) else "",
        author=author if author in set(AuthorKind) else "",
        mine=asked.get("mine") == "yes" and is_signed_in,
        view=view if view in VIEWS else VIEWS[0],
    )


def choose(
    rows: Iterable[AmendmentRow],
    chosen: Chosen,
    answers: Mapping[uuid.UUID, Answer],
    articles: Mapping[uuid.UUID, Sequence[str]],
    *,
    reader: uuid.UUID | None,
) -> list[AmendmentRow]:
    """The rows that were asked for, in their order. `articles`: what each amendment touches."""

    def is_asked_for(row: AmendmentRow) -> bool:
        return (
            (not chosen.article or chosen.article in articles.get(row.id, ()))
            and (not chosen.author or row.author_kind == chosen.author)
            and (not chosen.mine or row.author_id == reader)
            and (not chosen.state or chosen.state in states_of(row, answers.get(row.id)))
        )

    return [row for row in rows if is_asked_for(row)]


def states_of(row: AmendmentRow, answer: Answer | None) -> tuple[str, ...]:
    """The state of an amendment and, where its answer holds, the outcome."""
    if row.state == AmendmentState.ANSWERED and answer is not None:
        return row.state, Outcome(answer.outcome).value
    return (row.state,)


def articles_of(version: Version, amendment: Amendment) -> tuple[str, ...]:
    """The articles and annexes that an amendment touches, in the order of its operations; of what stands in
    neither, its own part. Nothing for the whole act.
    """
    found: dict[str, None] = {}
    for operation in amendment.operations:
        unit = unit_of(operation)
        if unit is None or unit not in version or version[unit].type == "act":
            continue
        path = list(version.path(unit))
        gathering = next((one for one in path if one.type in GATHERING), path[0])
        found[gathering.id] = None
    return tuple(found)


def offer_articles(
    versions: Sequence[Version], touched: Iterable[Sequence[str]], locale: Locale
) -> list[tuple[str, str]]:
    """(unit, how it is cited) of everything that is touched, in the order of the newest text that has it."""
    ids = {unit for units in touched for unit in units}
    offered: dict[str, str] = {}
    for version in reversed(versions):
        for unit in sorted((id for id in ids if id in version), key=version.place):
            offered.setdefault(unit, cite(version, unit, locale))
    return list(offered.items())
