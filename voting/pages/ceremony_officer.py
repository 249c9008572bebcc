"""The officer's page of a sealed vote: its ceremony before the vote, its mixing and opening after it."""

from collections.abc import Sequence

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.context import Ctx
from app.kit.forms import Form
from app.kit.policy import Verdict
from voting.forms.ceremony import NAME_ROWS
from voting.models import Trustee
from voting.pages.board import size_text
from voting.pages.ceremony import (
    Ceremony,
    Sent,
    Stage,
    fingerprint_of,
    place_of,
    sent_rows,
    stage_rows,
    waiting_text,
)
from voting.pages.words import shown_state, state_text, title_of
from voting.policy import (
    may_begin_board,
    may_deliver_credentials,
    may_end_mixing,
    may_freeze_roll,
    may_name_trustees,
)
from voting.states import SealingPhase, Step

CREDENTIAL_BYTES = 621  # of a public credential in the registrar's file
LIVE = (1, 7, 8, 9, 10)  # stages in which others act, or a worker: the page looks again by itself


class TrusteeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A trustee and what became of what they sent."""

    number: int
    name: str
    sent: list[Sent]


class SealingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about the ceremony. `place`: of the current stage; `seen_at`: when this was read."""

    id: str
    title: str
    state: str
    state_text: str
    one_machine: bool
    place: int
    waiting: str
    seen_at: str
    is_live: bool
    stages: list[Stage]
    trustees: list[TrusteeRow]
    needed: int
    uuid: str
    fingerprint: str
    board_start: str
    may_name: Verdict
    may_renew: bool
    may_freeze: Verdict
    verified_count: int
    roll_size: int
    may_deliver: Verdict
    file_size: str
    credentials_sha256: str
    credentials_fingerprint: str
    may_begin: Verdict
    may_end_mixing: Verdict
    needs_opening: bool
    values: dict[str, str]
    errors: dict[str, str]


class TrusteeLink(msgspec.Struct, frozen=True):
    """The secret address of a trustee's page, shown once."""

    number: int
    name: str
    address: str


class LinksPage(msgspec.Struct, frozen=True, kw_only=True):
    """Secret addresses that were just made."""

    id: str
    title: str
    one_machine: bool
    links: list[TrusteeLink]


def build_sealing(
    ctx: Ctx,
    ceremony: Ceremony,
    *,
    verified_count: int,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> SealingPage:
    """The page as it is now, with what was typed."""
    full, election, actor = ceremony.full, ceremony.election, ctx.actor
    facts, here = full.facts, place_of(ceremony)
    is_frozen = election is not None and election.roll_size is not None
    digest = (election.credentials_digest if election else None) or ""
    roll_size = (election.roll_size if election else None) or 0
    return SealingPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        state=shown_state(facts, ctx.now),
        state_text=state_text(ctx, facts),
        one_machine=full.poll.one_machine,
        place=here,
        waiting=waiting_text(ctx, ceremony),
        seen_at=f"{ctx.now.astimezone(BUCHAREST):%H:%M:%S}",
        is_live=here in LIVE,
        stages=stage_rows(ctx, ceremony),
        trustees=[
            TrusteeRow(number=one.number, name=one.name, sent=sent_rows(ctx, ceremony, one.number))
            for one in ceremony.trustees
        ],
        needed=ceremony.needed,
        uuid=election.uuid if election else "",
        fingerprint=(election.fingerprint if election else None) or "",
        board_start=full.poll.board_start or "",
        may_name=may_name_trustees(actor, facts),
        may_renew=bool(ceremony.trustees) and facts.sealing is not SealingPhase.OPENED,
        may_freeze=may_freeze_roll(actor, facts, is_frozen=is_frozen),
        verified_count=verified_count,
        roll_size=roll_size,
        may_deliver=may_deliver_credentials(actor, facts, is_frozen=is_frozen),
        file_size=size_text(ctx, CREDENTIAL_BYTES * roll_size),
        credentials_sha256=digest,
        credentials_fingerprint=fingerprint_of(digest) if digest else "",
        may_begin=may_begin_board(actor, facts, has_credentials=bool(digest)),
        may_end_mixing=may_end_mixing(
            actor,
            facts,
            mixed=len(ceremony.done(Step.SHUFFLE)),
            needed=(election.mixes_needed if election else None) or len(ceremony.trustees),
        ),
        needs_opening=here in (5, 7),
        values=_values(ceremony, form),
        errors=errors or {},
    )


def _values(ceremony: Ceremony, form: Form | None) -> dict[str, str]:
    """The fields of the form that names trustees, as typed or as they are named now."""
    places = [f"name-{place}" for place in range(1, NAME_ROWS + 1)]
    if form is not None:
        return {name: form.get(name) for name in [*places, "threshold"]}
    values = dict.fromkeys(places, "")
    for one in ceremony.trustees:
        values[f"name-{one.number}"] = one.name
    threshold = ceremony.election.threshold if ceremony.election else None
    return values | {"threshold": "" if threshold is None else str(threshold)}


def build_links(ctx: Ctx, ceremony: Ceremony, made: Sequence[tuple[Trustee, str]]) -> LinksPage:
    """Addresses for the trustees; they are nowhere kept, only their digests are."""
    return LinksPage(
        id=str(ceremony.full.poll.id),
        title=title_of(ceremony.full.poll, ctx),
        one_machine=ceremony.full.poll.one_machine,
        links=[TrusteeLink(one.number, one.name, ctx.absolute(f"/trustee/{token}")) for one, token in made],
    )
