"""The booth on the site: the page in which a ballot is filled in and sealed on the voter's own device.

The server draws every step once, for scripts to fill in; it never learns how they are filled. Words that
depend on numbers are sent for every number, so that plural forms are written here alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from app.kit import crypto
from app.kit.context import Ctx
from app.kit.i18n import N_, show_money, show_number
from voting.models import PollOption, SealedElection
from voting.pages.ballot_words import (
    BallotWords,
    ballot_words,
    bar_text,
    said_words,
    too_few_text,
    unranked_text,
)
from voting.pages.poll import OptionRow, option_rows
from voting.pages.terms import money_sentences
from voting.pages.words import Money, title_of
from voting.policy import is_eligible
from voting.queries import PollInFull
from voting.rules.papers import Contest

WHO_PURPOSE = "booth-draft"
REASONS = {
    "code_malformed": N_(
        "The secret code is not written right. It has 15 letters and digits; look at upper and lower case."
    ),
    "browser_unable": N_("This browser cannot seal a vote. Use a newer one, or another device."),
    "sealing_failed": N_("Sealing did not succeed. Try once more, or use another browser."),
    "election": N_("The vote could not be read, so nothing was sealed. Load the page again, or call us."),
}
TROUBLES = {
    "lost": N_(
        "No answer came: the network may be gone. Nothing is lost. Send again: the very same ballot cannot "
        "count twice."
    ),
    "signed_out": N_("You are no longer signed in. Sign in; your sealed ballot waits here."),
    "stale": N_("This page is out of date. Load it again; your sealed ballot waits here."),
    "broken": N_("The site could not take your ballot just now. Nothing is lost: send it again in a minute."),
    "unsent": N_("Your ballot is sealed, and we do not know whether it has arrived. Send it once more."),
}
"""What can go wrong with a sealed ballot on its way."""


class BoothPage(msgspec.Struct, frozen=True, kw_only=True):
    """The booth: its steps, and in `data` what its scripts need to fill them in."""

    id: str
    title: str
    words: BallotWords
    options: list[OptionRow]
    has_costs: bool
    money_apart: list[str]
    bar_note: str
    closes_at: datetime
    has_voted: bool
    is_signed_in: bool
    is_kept_out: bool
    may_send: bool
    reason: str
    sign_in_href: str
    server_seals: bool
    one_machine: bool
    data: dict[str, Any]


class BoothData(msgspec.Struct, frozen=True, kw_only=True):
    """What the scripts need. `who`: whose draft this is, in a word that says nothing else."""

    poll: str
    who: str
    election: str
    numbers: list[str]
    options: dict[str, tuple[str, int, str, str]]
    limit: int
    least: int
    money: dict[str, str]
    texts: dict[str, Any]


def build_booth(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    options: Sequence[PollOption],
    election: SealedElection,
    *,
    on_roll: bool,
    has_voted: bool,
) -> BoothPage:
    """The booth of a poll that takes sealed ballots."""
    verdict = is_eligible(ctx.actor, on_roll=on_roll, frozen=True)
    back = quote(f"/polls/{full.poll.id}/ballot#", safe="/")
    words = ballot_words(ctx, contest)
    rows = option_rows(ctx, options, Money(ctx, full.cycle), contest)
    return BoothPage(
        id=str(full.poll.id),
        title=title_of(full.poll, ctx),
        words=words,
        options=rows,
        has_costs=not contest.seats,
        money_apart=money_sentences(ctx, Money(ctx, full.cycle, contest), contest),
        bar_note=words.bar_note,
        closes_at=full.stage.closes_at,
        has_voted=has_voted,
        is_signed_in=ctx.actor is not None,
        is_kept_out=ctx.actor is not None and not verdict,
        may_send=bool(verdict),
        reason=ctx.gettext(verdict.reason),
        sign_in_href=ctx.url("/sign-in") + "?next=" + back,
        server_seals=full.poll.server_sealing,
        one_machine=full.poll.one_machine,
        data=msgspec.to_builtins(_data(ctx, full, contest, rows, election, words)),
    )


def _data(
    ctx: Ctx,
    full: PollInFull,
    contest: Contest,
    rows: Sequence[OptionRow],
    election: SealedElection,
    words: BallotWords,
) -> BoothData:
    limit = contest.max_length or len(contest.options)
    budget = Money(ctx, full.cycle)(full.cycle.budget_bani)
    shown = {
        row.number: (row.title, row.cost_bani, row.cost if not contest.seats else "", row.area)
        for row in rows
    }
    return BoothData(
        poll=str(full.poll.id),
        who=_who(ctx),
        election=election.parameters or "",
        numbers=[option.id for option in contest.options],
        options=shown,
        limit=limit,
        least=max(1, contest.min_length),
        money=_money(ctx, full.cycle.currency),
        texts={
            "bar": [bar_text(ctx, contest, n, cost="{cost}", budget=budget) for n in range(limit + 1)],
            "left": [unranked_text(ctx, contest, n) for n in range(len(rows) + 1)],
            "note": words.bar_note,
            "few": too_few_text(ctx, contest),
            "said": _said(ctx, contest, limit),
            "titles": _titles(ctx, words),
            "reasons": {name: ctx.gettext(text) for name, text in REASONS.items()},
            "troubles": {name: ctx.gettext(text) for name, text in TROUBLES.items()},
            "error": ctx.gettext("Error:"),
            "code_right": ctx.gettext("The secret code is written right."),
            "sealed": ctx.gettext("Sealed. It is being sent."),
            "ordered": ctx.gettext("The list has another order now."),
        },
    )


def _who(ctx: Ctx) -> str:
    """A word for the reader, by which a draft of somebody else on the same device is told from their own."""
    if ctx.actor is None:
        return ""
    return crypto.keyed_hash(ctx.services.settings.secret_key, WHO_PURPOSE, str(ctx.actor.id))[:16]


def _money(ctx: Ctx, currency: str) -> dict[str, str]:
    """How amounts are written, by example."""
    return {
        "group": show_number(1234, ctx.locale)[1],
        "decimal": show_money(123, ctx.locale, currency)[1],
        "unit": show_money(0, ctx.locale, currency)[1:],
    }


def _said(ctx: Ctx, contest: Contest, limit: int) -> dict[str, str]:
    facts = {"title": "{title}", "rank": "{rank}", "count": "{count}", "for_seats": bool(contest.seats)}
    said = ("added", "removed", "full", "moved", "first", "last")
    return {one: said_words(ctx, one, limit, **facts) for one in said}  # type: ignore[arg-type]


def _titles(ctx: Ctx, words: BallotWords) -> dict[str, str]:
    return {
        "choose": words.title,
        "order": ctx.gettext("Put them in order"),
        "review": ctx.gettext("Check your vote"),
        "blank": ctx.gettext("A blank vote"),
        "send": ctx.gettext("Your vote is being sealed and sent"),
        "trouble": ctx.gettext("Your vote has not arrived yet"),
        "done": ctx.gettext("Your vote has been recorded"),
    }
