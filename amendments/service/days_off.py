"""Declaring a day off, or taking one back: what is open is computed anew, and those concerned are told once.

It is here, and not beside the ideas, because the terms of acts and the deadlines of ideas move in one
transaction, and somebody whom both concern gets one message.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_contacts, list_holders
from accounts.states import Role
from amendments import queries
from amendments.models import Act
from amendments.policy import may_change_days_off
from amendments.queries.followed import act_topic
from amendments.rules.procedure import Clock, Event, clocks, moved_by
from amendments.service.acts import happened_of, publish_fact, write_event
from amendments.service.following import TERMS_MOVED, tell_followers
from amendments.states import ActState
from app.kit import register
from app.kit.clock import local_date
from app.kit.days_off import DayOffChange, check_change, last_position, list_days_off, write_entry
from app.kit.i18n import N_, Locale, show_date, translate
from app.kit.mail import send_mail
from app.kit.policy import require
from notices.queries import list_following
from proposals.service import MovedIdea, list_moved_ideas, move_deadlines

# Of an idea: which of its deadlines moves.
OF_WHAT = {
    "review": N_("the department’s decision"),
    "answer": N_("the author’s answer"),
    "contestation": N_("the decision on the contestation"),
    "advice": N_("the opinion of another department"),
}
SHOWN = 20  # ideas in one message; of the others, how many
OF_A_FACT = 200  # ideas in one entry of the register

Moved = tuple[tuple[Clock, Clock], ...]


class MovedAct(msgspec.Struct, frozen=True, kw_only=True):
    """An act with its open terms as they were and as they are then. `lawful_end`: the day before which the
    time for proposals may not end, where it lies after the announced one.
    """

    act: Act
    terms: Moved
    lawful_end: date | None


class Effects(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of the days off moves. `seen`: as many entries there were when this was looked at."""

    ideas: Sequence[MovedIdea]
    acts: Sequence[MovedAct]
    seen: int


async def preview_days_off(
    session: AsyncSession, actor: Actor, change: DayOffChange, *, now: datetime
) -> Effects:
    """What a change would move. Raises: Forbidden, FormErrors."""
    require(may_change_days_off(actor))
    before, today = await list_days_off(session), local_date(now)
    check_change(change, before, today=today)
    after = change.applied_to(before)
    return Effects(
        ideas=await list_moved_ideas(session, before, after, today=today),
        acts=await _list_moved_acts(session, before, after, today=today),
        seen=await last_position(session),
    )


async def change_days_off(
    session: AsyncSession, actor: Actor, change: DayOffChange, *, seen: int, now: datetime
) -> Effects:
    """Declare a day off or take it back, move every open deadline, and tell those concerned.

    Locks: the days off, ideas whose clock runs, open acts, the register's head. Raises: Forbidden,
    FormErrors, DaysOffChanged. Queues: one message to each author and reviewer of a moved idea, to each
    follower of a moved act, and to the secretariat.
    """
    require(may_change_days_off(actor))
    today = local_date(now)
    before, after = await write_entry(
        session, change, seen=seen, by_id=actor.id, by_name=actor.name, today=today, now=now
    )
    ideas = await move_deadlines(session, actor, before, after, source=change.source, now=now)
    acts = await _list_moved_acts(session, before, after, today=today, lock=True)
    for moved in acts:
        text = f"{change.source}: {change.day:%d.%m.%Y}\n\n" + "\n".join(_lines(moved.terms))
        await write_event(session, actor, moved.act, Event.TERMS_MOVED, today, text=text, now=now)
    effects = Effects(ideas=ideas, acts=acts, seen=seen + 1)
    await _tell(session, change, effects, now=now)
    await _publish(session, actor, change, effects, now=now)
    return effects


async def _list_moved_acts(
    session: AsyncSession,
    before: frozenset[date],
    after: frozenset[date],
    *,
    today: date,
    lock: bool = False,
) -> list[MovedAct]:
    found = []
    for act in await queries.list_open_acts(session, lock=lock):
        happened = await happened_of(session, act)
        if terms := moved_by(before, after, happened, today=today):
            found.append(MovedAct(act=act, terms=terms, lawful_end=_overtaken(act, happened, today, after)))
    return found


def _overtaken(act: Act, happened: dict[Event, date], today: date, days_off: frozenset[date]) -> date | None:
    end, announced = lawful_end(happened, today=today, days_off=days_off), act.proposals_until
    if act.state != ActState.DEBATE or end is None or announced is None:
        return None
    return end if end > announced else None


async def find_overtaken(session: AsyncSession, act: Act, *, today: date) -> date | None:
    """The day before which the time for proposals of an act may not end, where it lies after the announced
    one: somebody has to extend it.
    """
    return _overtaken(act, await happened_of(session, act), today, await list_days_off(session))


def lawful_end(happened: dict[Event, date], *, today: date, days_off: frozenset[date]) -> date | None:
    """The day before which the law does not let the time for proposals end, in this round."""
    found = clocks(happened, today=today, days_off=days_off)
    days = [one.from_on for one in found if one.provision.step is Event.PROPOSALS_ENDED and one.from_on]
    return max(days, default=None)


def shown_days(term: tuple[Clock, Clock]) -> tuple[date, date]:
    """The day of a term that counts for people, before and after: the first on which its step may be taken,
    or the last.
    """
    days = [one.from_on or one.deadline.due_on for one in term if one.deadline is not None]
    return days[0], days[1]


def _lines(terms: Moved) -> list[str]:
    """Without a word of any language: the timeline is read in both."""
    found = []
    for term in terms:
        was, is_then = shown_days(term)
        found.append(f"- {term[0].provision.term.source}: {was:%d.%m.%Y} → {is_then:%d.%m.%Y}")
    return found


# ── who is told ───────────────────────────────────────────────────────────────
class _Concerned(msgspec.Struct):
    """What of a change concerns one person."""

    ideas: list[MovedIdea]
    acts: list[MovedAct]


async def _tell(session: AsyncSession, change: DayOffChange, effects: Effects, *, now: datetime) -> None:
    """One message to everybody whose idea or amendment it concerns, to reviewers and to the secretariat, with
    all that concerns them, whatever they have chosen. Who only follows an act is told as they have chosen.
    """
    told: dict[uuid.UUID, _Concerned] = {}

    def of(account_id: uuid.UUID) -> _Concerned:
        return told.setdefault(account_id, _Concerned([], []))

    for idea in effects.ideas:
        for account_id in idea.author_ids | ({idea.reviewer_id} if idea.reviewer_id else set()):
            of(account_id).ideas.append(idea)
    secretariat = set(await list_holders(session, Role.SECRETARIAT))
    for moved in effects.acts:
        for account_id in secretariat | await queries.list_authors(session, moved.act.id):
            of(account_id).acts.append(moved)
    for account_id in secretariat:
        of(account_id)
    for moved in effects.acts:
        await _tell_followers(session, change, moved, told, now=now)
    for contact in await list_contacts(session, list(told)):
        facts = _facts(change, told[contact.id], contact.locale, is_secretariat=contact.id in secretariat)
        template = "amendments/mail/days_off.txt"
        send_mail(session, to=contact.email, template=template, locale=contact.locale, **facts)


async def _tell_followers(
    session: AsyncSession,
    change: DayOffChange,
    moved: MovedAct,
    told: Mapping[uuid.UUID, _Concerned],
    *,
    now: datetime,
) -> None:
    """Who gets a message anyway reads of the act that they follow in it; the others by a notice."""
    for account_id in await list_following(session, act_topic(moved.act.id), list(told)):
        if moved not in told[account_id].acts:
            told[account_id].acts.append(moved)
    spared = [account_id for account_id, of in told.items() if moved in of.acts]
    text = "\n".join([f"{change.source}: {change.note}", *_lines(moved.terms)])
    tell_followers(session, moved.act, TERMS_MOVED, on=local_date(now), text=text, spared=spared, now=now)


def _facts(
    change: DayOffChange, concerned: _Concerned, locale: Locale, *, is_secretariat: bool
) -> dict[str, object]:
    return {
        "name_day": show_date(change.day, locale),
        "is_off": change.is_off,
        "source": change.source,
        "note": change.note,
        "days_path": f"/days-off/{change.day.year}",
        "ideas": [
            [
                f"{idea.number} ({translate(locale, OF_WHAT[idea.of])})",
                idea.title,
                show_date(idea.before, locale),
                show_date(idea.after, locale),
            ]
            for idea in concerned.ideas[:SHOWN]
        ],
        "idea_paths": [f"/ideas/{idea.id}" for idea in concerned.ideas[:SHOWN]],
        "more_ideas": max(0, len(concerned.ideas) - SHOWN),
        "acts": [_act_facts(moved, locale, is_secretariat=is_secretariat) for moved in concerned.acts],
    }


def _act_facts(moved: MovedAct, locale: Locale, *, is_secretariat: bool) -> dict[str, object]:
    terms = []
    for term in moved.terms:
        days = [show_date(day, locale) for day in shown_days(term)]
        terms.append([term[0].provision.step.value, term[0].provision.term.source, *days])
    end = moved.lawful_end if is_secretariat else None
    return {
        "number": moved.act.number,
        "title": moved.act.title,
        "path": f"/acts/{moved.act.id}",
        "terms": terms,
        "lawful_end": show_date(end, locale) if end else "",
    }


# ── the register ──────────────────────────────────────────────────────────────
async def _publish(
    session: AsyncSession, actor: Actor, change: DayOffChange, effects: Effects, *, now: datetime
) -> None:
    """Locks: the register's head; so last."""
    subject = f"days-off:{change.day.year}"
    facts: dict[str, object] = {
        "day": change.day.isoformat(),
        "source": change.source,
        "reason": change.note,
        "by": actor.name,
        "ideas": len(effects.ideas),
        "acts": [moved.act.number for moved in effects.acts],
    }
    kind = "day_off.declared" if change.is_off else "day_off.taken_back"
    await register.record(session, kind, subject, facts, now=now)
    for start in range(0, len(effects.ideas), OF_A_FACT):
        some = effects.ideas[start : start + OF_A_FACT]
        days = {_key(idea): [idea.before.isoformat(), idea.after.isoformat()] for idea in some}
        facts = {"day": change.day.isoformat(), "ideas": days}
        await register.record(session, "ideas.deadlines_moved", subject, facts, now=now)
    for moved in effects.acts:
        facts = {"day": change.day.isoformat(), "source": change.source, "terms": _fact_terms(moved.terms)}
        await publish_fact(session, "act.terms_moved", moved.act, facts, now=now)


def _key(idea: MovedIdea) -> str:
    """The number of an idea, and which of its deadlines it is unless it is the department's."""
    return idea.number if idea.of == "review" else f"{idea.number} {idea.of} {idea.department}".rstrip()


def _fact_terms(terms: Moved) -> list[list[str]]:
    return [[term[0].provision.step.value, *(day.isoformat() for day in shown_days(term))] for term in terms]
