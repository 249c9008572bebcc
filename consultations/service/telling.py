"""Telling people: who registered by a message of their own, always; followers and neighbours by notices.

Who gave only a telephone number is on the operators' list of calls until somebody has called.
"""

import json
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import Contact, list_contacts
from app.kit.clock import local_date
from app.kit.i18n import N_, Locale, show_datetime
from app.kit.mail import send_mail
from consultations import queries
from consultations.models import Change, Consultation, Registration
from consultations.states import ChangeKind, State
from notices.service import Announcement, announce
from notices.service.announcing import local_path

# The msgid of the sentence, for each kind that followers and neighbours are told of.
SENTENCES: dict[ChangeKind, str] = {
    ChangeKind.PUBLISHED: N_("It is planned for %(starts_on)s, %(venue)s."),
    ChangeKind.MOVED: N_("It was moved: now %(starts_on)s, %(venue)s. Reason: %(reason)s"),
    ChangeKind.CANCELLED: N_("It was called off. Reason: %(reason)s"),
    ChangeKind.REINSTATED: N_("It takes place after all, on %(starts_on)s, %(venue)s. Reason: %(reason)s"),
    ChangeKind.NOT_HELD: N_("It was not held. Reason: %(reason)s"),
}
# Of what whoever registered is told, and whoever left only a telephone number is called.
MAILED = frozenset(
    {ChangeKind.MOVED, ChangeKind.EDITED, ChangeKind.CANCELLED, ChangeKind.REINSTATED, ChangeKind.NOT_HELD}
)


def path_of(row: Consultation) -> str:
    """The page of a consultation."""
    return f"/consultations/{row.id}"


async def tell_everybody(session: AsyncSession, row: Consultation, entry: Change, *, now: datetime) -> None:
    """Tell everybody concerned of a change. Queues: mail, notices."""
    kind, venue = ChangeKind(entry.kind), await _venue(session, row)
    expected = await queries.list_expected(session, row.id) if kind in MAILED else []
    for contact, registration in await list_reachable(session, expected):
        mail_change(session, row, entry, contact, registration, venue)
    if kind not in SENTENCES:
        return
    what = Announcement(
        topic=f"consultation:{row.id}",
        title=f"{row.number}, {row.title}",
        path=path_of(row),
        words=SENTENCES[kind],
        facts={
            "starts_on": local_date(row.starts_at).isoformat(),
            "venue": venue,
            "reason": entry.reason,
        },
        is_near=True,
        is_pressing=kind in MAILED,
        spared=[one.account_id for one in expected if one.account_id],
    )
    announce(session, what, now=now)


async def _venue(session: AsyncSession, row: Consultation) -> str:
    venue = await queries.get_venue(session, row.venue_id)
    return f"{venue.name}, {venue.address}"


async def list_reachable(
    session: AsyncSession, registrations: list[Registration]
) -> list[tuple[Contact, Registration]]:
    """Those of them that can be written to, with where."""
    ids = [one.account_id for one in registrations if one.account_id]
    contacts = {one.id: one for one in await list_contacts(session, ids)}
    found = []
    for one in registrations:
        contact = contacts.get(one.account_id) if one.account_id else None
        if contact is None and one.email:
            locale: Locale = "en" if one.locale == "en" else "ro"
            contact = Contact(id=one.id, name=one.name, email=one.email, locale=locale)
        if contact is not None and contact.email:
            found.append((contact, one))
    return found


def mail_change(
    session: AsyncSession, row: Consultation, entry: Change, contact: Contact, one: Registration, venue: str
) -> None:
    """Tell somebody who registered what changed."""
    one.told_sequence = row.sequence
    before = json.loads(entry.before)
    was = before.get("starts_at") or row.starts_at.isoformat()
    send_mail(
        session,
        to=contact.email,
        template="consultations/mail/change.txt",
        locale=contact.locale,
        kind=entry.kind,
        reason=entry.reason,
        before=show_datetime(datetime.fromisoformat(str(was)), contact.locale),
        venue_before=before.get("venue", ""),
        **_facts(row, one, contact, venue),
    )


async def mail_registration(session: AsyncSession, row: Consultation, one: Registration, what: str) -> None:
    """Tell somebody that they have a place, wait, got one after all, no longer come, or of tomorrow."""
    venue = await _venue(session, row)
    for contact, _ in await list_reachable(session, [one]):
        send_mail(
            session,
            to=contact.email,
            template="consultations/mail/registration.txt",
            locale=contact.locale,
            what=what,
            **_facts(row, one, contact, venue),
        )


def _facts(row: Consultation, one: Registration, contact: Contact, venue: str) -> dict[str, object]:
    return {
        "name": contact.name,
        "number": row.number,
        "title": row.title,
        "starts_at": show_datetime(row.starts_at, contact.locale),
        "venue": venue,
        "is_off": row.state in (State.CANCELLED, State.NOT_HELD),
        "places": one.places,
        "code": one.code,
        "ticket_path": local_path(f"/consultations/tickets/{one.code}", contact.locale),
        "path": local_path(path_of(row), contact.locale),
    }
