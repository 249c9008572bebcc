"""A trustee's own page, at a secret address: what is theirs to do now, and what became of what they sent."""

from collections.abc import Sequence

import msgspec

from app.kit.clock import BUCHAREST
from app.kit.context import Ctx
from app.kit.i18n import N_
from voting.models import Trustee
from voting.pages.board import archive_name, size_text
from voting.pages.ceremony import (
    DELIVERY_WORDS,
    STEP_TITLES,
    Ceremony,
    Sent,
    Stage,
    place_of,
    reason_text,
    sent_rows,
    waiting_text,
)
from voting.pages.trustee_work import OFFERED, TRY, VERIFY, VERIFY_BY_TOOL, Work, work_of
from voting.pages.words import shown_state, state_text, title_of
from voting.policy import may_deliver
from voting.states import COUNTED_STATES, PollState, SealingPhase, Step

MIX_BYTES, OPEN_BYTES = 4360, 1360  # of a ballot in a mixing, in an opening
LIVE = (1, 7, 8, 9, 10)


class Offered(msgspec.Struct, frozen=True):
    """A file that is needed now."""

    name: str
    what: str
    href: str


class TrusteePage(msgspec.Struct, frozen=True, kw_only=True):
    """The page. `work`: what to make and send now; `deed`: a command to run that sends nothing."""

    address: str
    poll_id: str
    title: str
    state: str
    state_text: str
    one_machine: bool
    number: int
    name: str
    count: int
    needed: int
    place: int
    seen_at: str
    is_live: bool
    waiting: str
    step: str
    step_title: str
    work: Work | None
    refused: str
    files: list[Offered]
    size: str
    is_key: bool
    deed: str
    deed_by_tool: str
    deed_text: str
    sent: list[Sent]
    tasks: list[Stage]
    typed: str
    errors: dict[str, str]


def build_trustee(
    ctx: Ctx,
    ceremony: Ceremony,
    trustee: Trustee,
    offered: Sequence[str],
    *,
    address: str,
    typed: str = "",
    errors: dict[str, str] | None = None,
) -> TrusteePage:
    """The page as it is now. `address` is its own path, `offered` the names of the files needed now."""
    full, election = ceremony.full, ceremony.election
    step = ceremony.step
    found = ceremony.of(trustee.number, step) if step else None
    is_theirs = step is not None and bool(
        may_deliver(full.facts, step, found.state if found else None, has_threshold=ceremony.has_threshold)
    )
    work = None
    if is_theirs and step is not None and election is not None:
        work = work_of(step, number=trustee.number, uuid=election.uuid, threshold=election.threshold)
    deed, by_tool, deed_text = _deed(ctx, ceremony)
    return TrusteePage(
        address=address,
        poll_id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        state=shown_state(full.facts, ctx.now),
        state_text=state_text(ctx, full.facts),
        one_machine=full.poll.one_machine,
        number=trustee.number,
        name=trustee.name,
        count=len(ceremony.trustees),
        needed=ceremony.needed,
        place=place_of(ceremony),
        seen_at=f"{ctx.now.astimezone(BUCHAREST):%H:%M:%S}",
        is_live=place_of(ceremony) in LIVE and work is None,
        waiting=waiting_text(ctx, ceremony),
        step=step.value if work and step else "",
        step_title=ctx.gettext(STEP_TITLES[step]) if work and step else "",
        work=work,
        refused=reason_text(ctx, found) if found else "",
        files=_files(ctx, ceremony, offered, address) if work else _archive(ctx, ceremony),
        size=_size(ctx, ceremony) if work else "",
        is_key=step in (Step.KEY, Step.CERTIFICATE),
        deed=deed,
        deed_by_tool=by_tool,
        deed_text=deed_text,
        sent=sent_rows(ctx, ceremony, trustee.number),
        tasks=_tasks(ctx, ceremony, trustee),
        typed=typed,
        errors=errors or {},
    )


def _files(ctx: Ctx, ceremony: Ceremony, offered: Sequence[str], address: str) -> list[Offered]:
    own = [Offered(name, ctx.gettext(OFFERED.get(name, "")), f"{address}/files/{name}") for name in offered]
    return [*_archive(ctx, ceremony), *own]


def _archive(ctx: Ctx, ceremony: Ceremony) -> list[Offered]:
    """The board, once there is one."""
    if ceremony.election is None or ceremony.full.poll.board_start is None:
        return []
    name = archive_name(ceremony.election)
    what = ctx.gettext("the archive: the whole board as it is now")
    return [Offered(name, what, f"/polls/{ceremony.full.poll.id}/board/{name}")]


def _size(ctx: Ctx, ceremony: Ceremony) -> str:
    """About how large what they send will be, where it is large."""
    per_ballot = {Step.SHUFFLE: MIX_BYTES, Step.DECRYPTION: OPEN_BYTES}.get(ceremony.step or Step.KEY, 0)
    ballots = ceremony.full.poll.box_size or 0
    return size_text(ctx, per_ballot * ballots) if per_ballot and ballots else ""


def _deed(ctx: Ctx, ceremony: Ceremony) -> tuple[str, str, str]:
    """A command to run now that sends nothing: trying the key before the vote, checking after it."""
    facts, election = ceremony.full.facts, ceremony.election
    if election is None or facts.state is PollState.CANCELLED:
        return "", "", ""
    if facts.sealing is SealingPhase.READY:
        text = ctx.gettext(
            "Try your key before the vote begins: does it still open, and is it one of this election's? If "
            "not, call the election officer today. Later nothing can be repaired."
        )
        return TRY.format(uuid=election.uuid), "", text
    if facts.state in COUNTED_STATES:
        text = ctx.gettext(
            "Check the whole vote. When the result is certified, destroy your key, on every medium."
        )
        return VERIFY.format(uuid=election.uuid), VERIFY_BY_TOOL, text
    return "", "", ""


# ── the checklist ─────────────────────────────────────────────────────────────
TRY_HINT = N_("Between the beginning of the board and the vote. Nothing is sent.")
HINTS = {
    Step.CERTIFICATE: N_("Your part of the key is made, on your own computer."),
    Step.KEY: N_("Your key is made, on your own computer."),
    Step.POLYNOMIAL: N_("When the certificates of all are there."),
    Step.SHARE: N_(
        "When the messages of all are there. Keep your key file on two media, the passphrase apart."
    ),
    Step.SHUFFLE: N_("After the vote, one trustee after another."),
    Step.DECRYPTION: N_("After the last mixing, as many as are needed."),
}


def _tasks(ctx: Ctx, ceremony: Ceremony, trustee: Trustee) -> list[Stage]:
    keys = (Step.CERTIFICATE, Step.POLYNOMIAL, Step.SHARE) if ceremony.has_threshold else (Step.KEY,)
    here = place_of(ceremony)
    tasks = [_step_task(ctx, ceremony, trustee, step) for step in keys]
    now = ctx.gettext("now")
    later, passed = ctx.gettext("later"), ctx.gettext("its time has passed")
    status, state = (
        (now, "current") if here in (5, 6) else (later, "future") if here < 5 else (passed, "past")
    )
    tasks.append(
        Stage(title=ctx.gettext("Try your key"), hint=ctx.gettext(TRY_HINT), status=status, state=state)
    )
    tasks += [_step_task(ctx, ceremony, trustee, step) for step in (Step.SHUFFLE, Step.DECRYPTION)]
    is_over = ceremony.full.facts.state in COUNTED_STATES
    tasks.append(
        Stage(
            title=ctx.gettext("Check the vote, and destroy your key when the result is certified"),
            hint="",
            status=now if is_over else later,
            state="current" if is_over else "future",
        )
    )
    return tasks


def _step_task(ctx: Ctx, ceremony: Ceremony, trustee: Trustee, step: Step) -> Stage:
    found = ceremony.of(trustee.number, step)
    if found is not None:
        text, state = DELIVERY_WORDS[found.state]
    elif ceremony.step is step:
        text, state = N_("yours to do now"), "current"
    else:
        text, state = _untouched(ceremony, step)
    return Stage(
        title=ctx.gettext(STEP_TITLES[step]),
        hint=ctx.gettext(HINTS[step]),
        status=ctx.gettext(text),
        state=state,
    )


def _untouched(ceremony: Ceremony, step: Step) -> tuple[str, str]:
    """Of a step at which this trustee has sent nothing and that is not the current one."""
    over = {Step.SHUFFLE: 8, Step.DECRYPTION: 9}.get(step, 1)
    return (N_("was not needed"), "past") if place_of(ceremony) > over else (N_("later"), "future")
