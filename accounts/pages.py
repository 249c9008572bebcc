"""What each template of accounts is given."""

import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
import segno
from markupsafe import Markup

from accounts.models import Account, AccountSession, Letter, Residence
from accounts.policy import ROLE_NAMES, Actor
from accounts.states import LetterState, Role
from app.kit.i18n import N_
from app.kit.policy import Verdict

TypedFields = Mapping[str, str]


def qr_svg(text: str, *, title: str) -> Markup:
    """A QR code as inline SVG: attributes only, no styles, as the security policy asks."""
    svg = segno.make(text, micro=False, error="m").svg_inline(
        omitsize=True, border=2, light="#fff", lineclass=None, title=title
    )
    return Markup(svg.replace("<svg ", '<svg role="img" ', 1))  # noqa: S704 - our own drawing, title escaped by segno


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """A form, what was typed into it (never secrets), and what is wrong with it."""

    form: TypedFields = {}
    errors: dict[str, str] = {}
    next: str = "/"
    token: str = ""


class MessagePage(msgspec.Struct, frozen=True):
    """One thing to say."""

    title: str
    text: str
    email: str = ""


class Task(msgspec.Struct, frozen=True):
    """One thing that is done, or to be done, before voting."""

    title: str
    status: str
    state: str
    href: str = ""
    hint: str = ""


class Work(msgspec.Struct, frozen=True):
    """A place where an official works."""

    href: str
    title: str
    text: str


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """The overview: msgids of tasks are translated in the template."""

    account: Account
    tasks: list[Task]
    residence: Residence | None
    last_withdrawn: Residence | None
    can_vote: bool
    roles: list[str]
    must_enrol: bool
    work: list[Work]


ROLE_WORK = {
    Role.REVIEWER: Work("/review", N_("Review ideas"), N_("The queue of ideas, by legal deadline.")),
    Role.DESK: Work("/desk", N_("Residence desk"), N_("Verify residents, print letters.")),
    Role.ELECTION: Work("/polls", N_("Votes"), N_("Prepare, open, close and count votes.")),
    Role.CLERK: Work("/places", N_("Polling places"), N_("Give out papers, enter and sign them.")),
    Role.SECRETARIAT: Work("/acts", N_("Draft decisions"), N_("Announce them, end debates, consolidate.")),
    Role.COUNCILLOR: Work("/acts", N_("Draft decisions"), N_("Answer amendments.")),
    Role.INITIATOR: Work("/acts", N_("Draft decisions"), N_("Answer amendments.")),
    Role.DEPARTMENT: Work("/acts", N_("Draft decisions"), N_("Prepare answers to amendments.")),
    Role.ORGANIZER: Work(
        "/consultations/desk", N_("Field consultations"), N_("Plan the programme, change it in public.")
    ),
    Role.DOOR: Work("/consultations/door", N_("The door"), N_("Check in who comes to a field consultation.")),
    Role.MODERATOR: Work("/moderation", N_("Moderation"), N_("Decide on comments that were reported.")),
    Role.ADMIN: Work("/officials", N_("Officials"), N_("Give and take roles.")),
}


def build_tasks(residence: Residence | None, letter: Letter | None) -> list[Task]:
    """What is done and what is missing before this person may vote, in order."""
    done, missing = N_("Done"), N_("To do")
    is_verified = residence is not None
    if is_verified:
        hint = (
            N_("Verified at the desk.")
            if residence and residence.method == "desk"
            else N_("Verified by letter.")
        )
        second = Task(N_("Residence verified"), done, "done", "", hint)
    elif letter is not None and letter.state == LetterState.PRINTED:
        second = Task(
            N_("Verify your residence"),
            N_("Code on its way"),
            "pending",
            "/account/letter",
            N_("Your letter was printed. Type its code here when it arrives."),
        )
    elif letter is not None:
        second = Task(
            N_("Verify your residence"),
            N_("Letter asked for"),
            "pending",
            "/account/residence",
            N_("We will print and send your letter in the next days."),
        )
    else:
        second = Task(
            N_("Verify your residence"),
            missing,
            "waiting",
            "/account/residence",
            N_("At the desk with your identity card, or with a code that we send by letter."),
        )
    age_hint = N_("Checked together with your residence.")
    age = Task(
        N_("At least 18 years old"),
        done if is_verified else missing,
        "done" if is_verified else "waiting",
        "",
        "" if is_verified else age_hint,
    )
    return [Task(N_("E-mail address confirmed"), done, "done"), second, age]


class SessionRow(msgspec.Struct, frozen=True):
    """A signed-in browser."""

    id: uuid.UUID
    agent: str
    created_at: datetime
    seen_at: datetime
    is_current: bool


class SecurityPage(msgspec.Struct, frozen=True, kw_only=True):
    """Password, second factor, sessions."""

    email: str
    password_changed_at: datetime
    has_second_factor: bool
    recovery_codes: int
    sessions: list[SessionRow]
    may_turn_off: Verdict


def session_rows(sessions: list[AccountSession], actor: Actor) -> list[SessionRow]:
    """Sessions as rows; the one that is looking is marked."""
    return [
        SessionRow(one.id, one.agent, one.created_at, one.seen_at, one.id == actor.session_id)
        for one in sessions
    ]


class EnrolPage(FormPage, frozen=True, kw_only=True):
    """A new secret for the authenticator."""

    secret: str
    sealed: str
    qr: str
    is_replacing: bool
    is_forced: bool


class CodesPage(msgspec.Struct, frozen=True):
    """Recovery codes, shown once."""

    codes: list[str]
    is_new: bool


class ResidencePage(FormPage, frozen=True, kw_only=True):
    """How to have one's residence verified."""

    desk_code: str
    qr: str
    residence: Residence | None
    letter: Letter | None


class LetterCodePage(FormPage, frozen=True, kw_only=True):
    """Typing the code of the letter."""

    letter: Letter | None
    tries_left: int


class AccessRow(msgspec.Struct, frozen=True):
    """Somebody looked."""

    at: datetime
    who: str
    what: str


class AccessPage(msgspec.Struct, frozen=True):
    """Who looked at my data."""

    rows: list[AccessRow]


class ClosePage(FormPage, frozen=True, kw_only=True):
    """Closing the account."""

    may_close: Verdict
    has_second_factor: bool


class DeskPage(FormPage, frozen=True, kw_only=True):
    """The officer's start page."""

    done_today: int
    letters_waiting: int
    may_print: bool


class DeskResidentPage(FormPage, frozen=True, kw_only=True):
    """One person at the desk."""

    account: Account
    residence: Residence | None
    letter: Letter | None
    history: list[Residence]
    officers: dict[uuid.UUID, str]
    may_verify: Verdict
    may_withdraw: Verdict


class LetterRow(msgspec.Struct, frozen=True):
    """A letter in the queue, without name or address: those are read only when it is printed."""

    id: uuid.UUID
    area: str
    requested_at: datetime
    printed_at: datetime | None
    is_taken: bool


class LettersPage(FormPage, frozen=True, kw_only=True):
    """The queue of letters."""

    rows: list[LetterRow]
    declining: str = ""


class Sheet(msgspec.Struct, frozen=True):
    """One printed letter."""

    name: str
    address: list[str]
    code: str
    link: str
    qr: str
    expires_at: datetime


class SheetsPage(msgspec.Struct, frozen=True):
    """A batch of letters, one a sheet."""

    sheets: list[Sheet]
    left_out: int


class OfficialRow(msgspec.Struct, frozen=True):
    """One role of one official."""

    account_id: uuid.UUID
    name: str
    email: str
    role: str
    role_name: str
    office: str
    given_at: datetime
    has_second_factor: bool


class OfficialsPage(FormPage, frozen=True, kw_only=True):
    """Roles: who has them, and the form that gives one."""

    rows: list[OfficialRow]
    roles: list[tuple[str, str]]
    taking: str = ""


def role_name(role: str) -> str:
    """The msgid of a role."""
    return ROLE_NAMES[Role(role)]
