"""Following one act: a message at each step of its procedure, until one says stop."""

import uuid
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.models import Act, ActFollow
from amendments.policy import may_follow
from app.kit.crypto import new_token
from app.kit.db import insert_once
from app.kit.i18n import Locale, show_date
from app.kit.mail import send_mail
from app.kit.policy import require

ANSWERED = "answered"  # the step that has no event of its own: the last answer was given


async def follow_act(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, *, wanted: bool, now: datetime
) -> None:
    """Follow an act, or no longer; asking twice is asking once. Raises: ActNotFound, Forbidden."""
    act = await queries.get_act(session, act_id)
    if wanted:
        require(may_follow(actor, act))
        await insert_once(
            session, ActFollow, act_id=act.id, account_id=actor.id, token=new_token(), since=now
        )
    else:
        own = (ActFollow.act_id == act.id, ActFollow.account_id == actor.id)
        await session.execute(delete(ActFollow).where(*own))


async def stop_following(session: AsyncSession, token: str) -> None:
    """No longer, by the address of a message; said twice, it is said once."""
    await session.execute(delete(ActFollow).where(ActFollow.token == token))


async def tell_followers(session: AsyncSession, act: Act, step: str, *, on: date, text: str = "") -> None:
    """Promise a message to everybody who follows an act, each in their language."""
    for email, written, token in await queries.list_followers(session, act.id):
        locale: Locale = "en" if written == "en" else "ro"
        send_mail(
            session,
            to=email,
            template="amendments/mail/step.txt",
            locale=locale,
            number=act.number,
            title=act.title,
            step=step,
            on=show_date(on, locale),
            text=text,
            until=show_date(act.proposals_until, locale) if act.proposals_until else "",
            act_path=f"/acts/{act.id}",
            stop_path=f"/acts/following/stop?token={token}",
        )
