"""What is told of an amendment: to everybody on its timeline and in the register, to its author by mail."""

from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_contacts
from amendments import queries
from amendments.models import Act, ActVersion, AmendmentEvent, AmendmentRow
from amendments.states import AmendmentState
from app.kit import register
from app.kit.i18n import Locale, show_date
from app.kit.mail import send_mail


async def tell(
    session: AsyncSession,
    row: AmendmentRow,
    kind: str,
    *,
    by_name: str,
    text: str = "",
    operations: bytes | None = None,
    now: datetime,
) -> None:
    """An entry of the amendment's timeline. The caller holds the act's lock."""
    position = len(await queries.list_amendment_events(session, row.id)) + 1
    session.add(
        AmendmentEvent(
            amendment_id=row.id,
            position=position,
            kind=kind,
            by_name=by_name,
            text=text,
            operations=operations,
            at=now,
        )
    )
    await session.flush()


def mail_receipt(session: AsyncSession, actor: Actor, act: Act, row: AmendmentRow) -> None:
    """The registration number, to its author."""
    send_mail(
        session,
        to=actor.email,
        template="amendments/mail/tabled.txt"
        if row.state == AmendmentState.TABLED
        else "amendments/mail/registered.txt",
        locale="en" if actor.locale == "en" else "ro",
        **_facts(act, row),
    )


async def mail_author(
    session: AsyncSession, act: Act, row: AmendmentRow, template: str, **facts: object
) -> None:
    """Promise a message to the author, in their language, days too; nothing when the account is closed."""
    for contact in await list_contacts(session, [row.author_id]):
        locale: Locale = "en" if contact.locale == "en" else "ro"
        send_mail(
            session,
            to=contact.email,
            template=f"amendments/mail/{template}.txt",
            locale=contact.locale,
            **_facts(act, row),
            **{
                name: show_date(fact, locale) if isinstance(fact, date) else fact
                for name, fact in facts.items()
            },
        )


def _facts(act: Act, row: AmendmentRow) -> dict[str, object]:
    return {
        "number": row.number,
        "act_number": act.number,
        "title": act.title,
        "amendment_path": f"/acts/{act.id}/amendments/{row.id}",
    }


def proposal_facts(act: Act, row: AmendmentRow, text: ActVersion) -> dict[str, object]:
    """What the register says of an amendment when it is registered. `text`: what it is written on."""
    return {
        "act": act.number,
        "rank": row.rank,
        "author_kind": row.author_kind,
        "on_behalf_of": row.on_behalf_of,
        "text": text.content_hash,
        "operations": msgspec.json.decode(bytes(row.operations)),
    }


async def publish_amendment_fact(
    session: AsyncSession, kind: str, row: AmendmentRow, facts: dict[str, object], *, now: datetime
) -> None:
    """Record a fact about an amendment. Locks: the register's head; so last."""
    await session.flush()
    await register.record(session, kind, f"amendment:{row.id}", {"number": row.number, **facts}, now=now)
