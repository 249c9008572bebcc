"""Telling who follows an act of each step of its procedure, as soon as each has chosen (`notices`)."""

import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from amendments.models import Act
from amendments.queries.followed import act_topic
from amendments.rules.procedure import Event
from amendments.states import ActState
from app.kit.i18n import N_
from notices.service import Announcement, announce
from notices.states import Kind

ANSWERED, CALLED_OFF = "answered", "sitting_cancelled"  # steps that are no events of the procedure
MEETING_OFF, TERMS_MOVED = "debate_cancelled", "terms_moved"
STEPS: Mapping[str, str] = {
    Event.REOPENED.value: N_("There is a new text, and another round of the debate"),
    Event.PROPOSALS_ENDED.value: N_("The time for proposals has ended"),
    Event.PROPOSALS_EXTENDED.value: N_("There is more time for proposals"),
    Event.DEBATE_REQUESTED.value: N_("A public debate was asked for"),
    Event.DEBATE_REFUSED.value: N_("No public debate is held, though one was asked for"),
    Event.DEBATE_CALLED.value: N_("The public debate was called"),
    Event.DEBATE_ENDED.value: N_("The public debate was held"),
    Event.DEBATE_PAPERS.value: N_("The minutes of the debate are published"),
    Event.SENT_TO_ENDORSEMENT.value: N_("There is a new text, which goes to the council"),
    Event.SITTING_CALLED.value: N_("The council’s sitting was called"),
    Event.SITTING.value: N_("The council voted"),
    ActState.WITHDRAWN.value: N_("The draft decision was withdrawn"),
    ANSWERED: N_("Every proposal has its answer"),
    CALLED_OFF: N_("The council’s sitting is cancelled"),
    MEETING_OFF: N_("The public debate is called off"),
    TERMS_MOVED: N_("A day off moved terms of its procedure"),
}
OTHER_STEP = N_("A step was taken")
PRESSING = frozenset(  # somebody wants to come, or may propose
    {Event.REOPENED.value, Event.DEBATE_CALLED.value, Event.SITTING_CALLED.value, CALLED_OFF, MEETING_OFF}
)
PROPOSING = frozenset({Event.REOPENED.value, Event.PROPOSALS_EXTENDED.value})


def tell_followers(
    session: AsyncSession,
    act: Act,
    step: str,
    *,
    on: date,
    text: str = "",
    spared: Collection[uuid.UUID] = (),
    now: datetime,
) -> None:
    """Have everybody told who follows an act, which nobody does at its announcement. `spared`: who is told
    otherwise. Queues: notices.
    """
    if step == Event.ANNOUNCED:
        return
    facts: dict[str, object] = {
        "step": step,
        "step_word": STEPS.get(step, OTHER_STEP),
        "happened_on": on.isoformat(),
        "text": text,
    }
    words = N_("%(step_word)s (%(happened_on)s). %(text)s")
    if step in PROPOSING and act.proposals_until is not None:
        facts["until_on"] = act.proposals_until.isoformat()
        words = N_("%(step_word)s (%(happened_on)s). You may propose changes until %(until_on)s. %(text)s")
    what = Announcement(
        topic=act_topic(act.id),
        title=f"{act.number}, {act.title}",
        path=f"/acts/{act.id}",
        words=words,
        facts=facts,
        kind=Kind.ACTS,
        spared=spared,
        is_pressing=step in PRESSING,
    )
    announce(session, what, now=now)
