"""The people of the demonstration: one in every role, and a few hundred residents who vote."""

import random
import secrets
import uuid
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.rules import control_digit
from accounts.service import create_account_directly
from accounts.states import Role
from app.kit import crypto
from app.kit.i18n import N_
from app.kit.text import fold
from app.seed.content import AREAS, FIRST_NAMES, LAST_NAMES

PASSWORD = "trei castani pe deal"  # noqa: S105 - shown to anyone on the demonstration's own page
CROWD = 420


class Person(msgspec.Struct, frozen=True):
    """Somebody to sign in as."""

    name: str
    email: str
    office: str  # msgid: who they are
    can: str  # msgid: what to try as them
    roles: tuple[Role, ...] = ()
    is_verified: bool = True
    area: str = "rahova"


PEOPLE: tuple[Person, ...] = (
    Person(
        "Ana Popescu",
        "ana@exemplu.ro",
        N_("Resident, verified"),
        N_("Vote on the projects, send an idea, support the ideas of others."),
    ),
    Person(
        "Mihai Ionescu",
        "mihai@exemplu.ro",
        N_("Resident, not yet verified"),
        N_("See what is missing, ask for a letter, write a draft."),
        is_verified=False,
    ),
    Person(
        "Elena Stan",
        "elena@exemplu.ro",
        N_("Resident, author of several ideas"),
        N_("Answer the department's question and follow the timeline."),
        area="13-septembrie",
    ),
    Person(
        "Ioana Munteanu",
        "ioana.munteanu@exemplu.ro",
        N_("Idea-review department"),
        N_("Work on the queue: ask, merge, reject with reasons, accept with a costing."),
        (Role.REVIEWER,),
    ),
    Person(
        "Radu Dobre",
        "radu.dobre@exemplu.ro",
        N_("Idea-review department"),
        N_("A second reviewer: two at once never overwrite each other."),
        (Role.REVIEWER,),
    ),
    Person(
        "Carmen Voicu",
        "carmen.voicu@exemplu.ro",
        N_("Desk for verifying residence"),
        N_("Verify Mihai with his desk code, print the letters."),
        (Role.DESK,),
    ),
    Person(
        "Cristian Barbu",
        "cristian.barbu@exemplu.ro",
        N_("Election officer"),
        N_("Confirm the opening and the closing of a vote; change a date in public."),
        (Role.ELECTION,),
    ),
    Person(
        "Simona Matei",
        "simona.matei@exemplu.ro",
        N_("Election officer"),
        N_("Give the second confirmation: one person is never enough."),
        (Role.ELECTION,),
    ),
    Person(
        "Mirela Tudose",
        "mirela.tudose@exemplu.ro",
        N_("Polling place"),
        N_("Look somebody up at the table and give a paper; enter papers, sign."),
        (Role.CLERK,),
        is_verified=False,
    ),
    Person(
        "Paul Ene",
        "paul.ene@exemplu.ro",
        N_("Polling place"),
        N_("The second clerk: enter every paper again, without seeing the first entries."),
        (Role.CLERK,),
        is_verified=False,
    ),
    Person(
        "Lidia Cojocaru",
        "lidia.cojocaru@exemplu.ro",
        N_("Polling place"),
        N_("The third clerk: decide where two differ."),
        (Role.CLERK,),
        is_verified=False,
    ),
    Person(
        "Dan Olteanu",
        "dan.olteanu@exemplu.ro",
        N_("Council secretariat"),
        N_("Prepare and announce a draft decision, end its debate, publish the next text."),
        (Role.SECRETARIAT,),
    ),
    Person(
        "Victor Nistor",
        "victor.nistor@exemplu.ro",
        N_("Councillor"),
        N_("Answer the amendments to the draft on parking, with reasons."),
        (Role.COUNCILLOR,),
    ),
    Person(
        "Oana Stoica",
        "oana.stoica@exemplu.ro",
        N_("Organizer of consultations"),
        N_("Plan a series of field consultations, publish it, move one with its reason, see who comes."),
        (Role.ORGANIZER,),
        is_verified=False,
    ),
    Person(
        "Horia Uță",
        "horia.uta@exemplu.ro",
        N_("Door of consultations"),
        N_("Check people in at the consultation of today."),
        (Role.DOOR,),
        is_verified=False,
    ),
    Person(
        "Monica Stan",
        "monica.stan@exemplu.ro",
        N_("Moderator"),
        N_("Decide on a comment that was reported; see the public log."),
        (Role.MODERATOR,),
        is_verified=False,
    ),
    Person(
        "Gabriela Rusu",
        "gabriela.rusu@exemplu.ro",
        N_("Administrator"),
        N_("Give and take roles."),
        (Role.ADMIN,),
    ),
    Person(
        "Ștefan Albu",
        "stefan.albu@exemplu.ro",
        N_("Initiator"),
        N_("Read the prepared answers to the draft on parking, and give them."),
        (Role.INITIATOR,),
        is_verified=False,
    ),
    Person(
        "Sorina Vlad",
        "sorina.vlad@exemplu.ro",
        N_("Specialised department"),
        N_("Prepare answers to the amendments to the draft on parking, for who decides."),
        (Role.DEPARTMENT,),
        is_verified=False,
    ),
)


def make_cnp(lot: random.Random, serial: int) -> str:
    """A valid personal numeric code of an invented adult of Sector 5; `serial` makes it unique."""
    born = date(1945, 1, 1) + timedelta(days=lot.randrange(365 * 58))
    first = lot.choice("12" if born.year < 2000 else "56")
    body = f"{first}{born:%y%m%d}45{serial % 1000:03d}"
    return body + str(control_digit(body))


async def seed_people(session: AsyncSession, lot: random.Random, *, now: datetime) -> dict[str, Account]:
    """Make everybody; returns the accounts by e-mail address. All share PASSWORD."""
    hashed = await crypto.hash_password(PASSWORD)
    accounts: dict[str, Account] = {}
    for serial, person in enumerate(PEOPLE):
        accounts[person.email] = await create_account_directly(
            session,
            name=person.name,
            email=person.email,
            password=None,
            password_hash=hashed,
            roles=person.roles,
            verified_cnp=make_cnp(lot, serial) if person.is_verified else None,
            totp_secret=crypto.new_totp_secret() if person.roles else None,
            area=dict(AREAS)[person.area],
            office=person.office if person.roles else "",
            now=now,
        )
    crowd_hash = await crypto.hash_password(secrets.token_urlsafe(24))
    for number in range(CROWD):
        name = f"{lot.choice(FIRST_NAMES)} {lot.choice(LAST_NAMES)}"
        email = f"{fold(name).replace(' ', '.')}.{number}@exemplu.ro"
        accounts[email] = await create_account_directly(
            session,
            name=name,
            email=email,
            password=None,
            password_hash=crowd_hash,
            verified_cnp=make_cnp(lot, len(PEOPLE) + number),
            area=lot.choice(AREAS)[1],
            now=now,
        )
    return accounts


def actor_of(account: Account, *roles: Role) -> Actor:
    """`account` as somebody who acts, with a second factor when there is a role."""
    return Actor(
        id=account.id,
        name=account.name,
        email=account.email,
        roles=frozenset(roles),
        is_verified=True,
        is_official=bool(roles),
        session_id=uuid.uuid4(),
    )
