"""The public board of a sealed vote: what is on it, what happened to it, and what anyone can take away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_, show_number
from voting.models import SealedElection, Trustee
from voting.pages.words import shown_state, state_text, title_of
from voting.policy import takes_ballots
from voting.queries import BoardStep, PollInFull
from voting.sealing.board import BoardHead
from voting.sealing.wire import EventType

STEP_WORDS: Mapping[EventType, str] = {
    "Setup": N_("What is voted on, the trustees' keys and the roll of credentials were written down."),
    "EndBallots": N_("The vote ended: no more ballots are taken."),
    "EncryptedTally": N_("The ballots that count, the last of each code, were put together, still sealed."),
    "Shuffle": N_("%(trustee)s mixed the sealed ballots, and proved that none was added, changed or lost."),
    "EndShuffles": N_("The mixing ended."),
    "PartialDecryption": N_("%(trustee)s did their part of opening the mixed ballots, and proved it."),
    "Result": N_("The mixed ballots are open: rankings that belong to nobody."),
}


class BoardFile(msgspec.Struct, frozen=True):
    """A download of the board."""

    name: str
    what: str
    size: str
    href: str


class BoardPage(msgspec.Struct, frozen=True, kw_only=True):
    """The board as it is now. `height`: events on it; `head`: the hash of the last one."""

    id: str
    title: str
    one_machine: bool
    state: str
    state_text: str
    closes_at: datetime
    takes_ballots: bool
    voter_count: int
    ballot_count: int
    height: int
    head: str
    start: str
    fingerprint: str
    steps: list[str]
    files: list[BoardFile]
    archive: str
    codes: list[tuple[str, bool]]
    current: int
    pages: int


class BoardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the board, all of it in one moment."""

    election: SealedElection
    trustees: Sequence[Trustee]
    steps: Sequence[BoardStep]
    head: BoardHead
    archive_bytes: int
    contest_bytes: int
    voter_count: int
    ballot_count: int


def build_board(
    ctx: Ctx,
    full: PollInFull,
    board: BoardFacts,
    codes: list[tuple[str, bool]],
    *,
    current: int,
    pages: int,
) -> BoardPage:
    """The page of a board that has begun."""
    base = f"/polls/{full.poll.id}/board/"
    archive = archive_name(board.election)
    return BoardPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        one_machine=full.poll.one_machine,
        state=shown_state(full.facts, ctx.now),
        state_text=state_text(ctx, full.facts),
        closes_at=full.stage.closes_at,
        takes_ballots=bool(takes_ballots(full.facts, ctx.now)),
        voter_count=board.voter_count,
        ballot_count=board.ballot_count,
        height=board.head.height + 1,
        head=board.head.hash or "",
        start=full.poll.board_start or "",
        fingerprint=board.election.fingerprint or "",
        steps=[step_text(ctx, step, board.trustees) for step in board.steps],
        files=_files(ctx, base, archive, board),
        archive=archive,
        codes=codes,
        current=current,
        pages=pages,
    )


def archive_name(election: SealedElection) -> str:
    """What the archive is called: programs of the protocol look for the election under its uuid."""
    return f"{election.uuid}.bel"


def step_text(ctx: Ctx, step: BoardStep, trustees: Sequence[Trustee]) -> str:
    """One event that is no ballot, in a sentence."""
    name = next((one.name for one in trustees if one.number == step.owner), "")
    return ctx.gettext(STEP_WORDS[step.type], **({"trustee": name} if step.owner is not None else {}))


def _files(ctx: Ctx, base: str, archive: str, board: BoardFacts) -> list[BoardFile]:
    election_bytes = len((board.election.parameters or "").encode())
    whole = ctx.gettext("The whole board: every sealed ballot, with its proofs. It only ever grows.")
    election = ctx.gettext("What is voted on and under which key: the booth and other programs begin with it")
    contest = ctx.gettext("The options, costs, rule and limits that every ballot is bound to")
    return [
        BoardFile(archive, whole, size_text(ctx, board.archive_bytes), base + archive),
        BoardFile("election.json", election, size_text(ctx, election_bytes), base + "election.json"),
        BoardFile("contest.json", contest, size_text(ctx, board.contest_bytes), base + "contest.json"),
    ]


def size_text(ctx: Ctx, size: int) -> str:
    """A number of bytes as people read it."""
    for unit, least in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= least:
            return f"{show_number(round(size / least, 1), ctx.locale)} {unit}"
    return f"{size} B"
