"""`obste registrar mail`: the private codes by e-mail, one after another, and where it was after a kill.

Before a message leaves, the journal says that it is about to; when the server has taken it, that it was sent.
What lies between is not known after a kill: that message may be with the server or not. It is never sent
again by itself: the command names it with its Message-ID, which the server's log knows, until it is told.
"""

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate, make_msgid
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from voting.roles.registrar_journals import MAIL_FILE, Journal, open_journal, read_journal
from voting.roles.registrar_list import Person
from voting.roles.registrar_words import Vote, message_text
from voting.roles.terminal import Declined, say

HEADING = ("what", "line", "message-id", "note")
TIMEOUT_SECONDS = 30
TRIES = 5  # of a server that says "later" or goes away
REFUSALS = 5  # in a row: is it these people, or the server?
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
OF_US = re.compile(r"53\d |5\d\d 5\.7\.")
"""Answers about who sends, not about whom to: a password, relaying, a policy (RFC 3463, section 3.8)."""
SCHEMES = ("smtp", "smtp+starttls", "smtps")
HERE = ("localhost", "127.0.0.1", "::1")


class Refusal(Exception):
    """The server does not take this person's message, and will not later."""


class Later(Exception):
    """The server did not take the message, and said so or never began to."""


class Unsure(Exception):
    """The connection ended while the server had the message: it may have taken it."""


class Server:
    """One connection to the mail server, made when it is needed and made again when it broke."""

    def __init__(self, address: str, password: str, *, plain: bool = False) -> None:
        """Raises: Declined for an address that is none, or that would send codes unprotected."""
        self.parts: SplitResult = urlsplit(address)
        if self.parts.scheme not in SCHEMES or not self.parts.hostname:
            raise Declined("the server is smtp+starttls://USER@HOST:587, smtps://USER@HOST or smtp://HOST")
        if self.parts.password:
            raise Declined("no password in the address: others see it in the list of processes")
        if self.parts.scheme == "smtp" and self.parts.hostname not in HERE and not plain:
            raise Declined("smtp:// sends the codes unprotected through the network; use smtp+starttls://")
        self.password = password
        self._open: smtplib.SMTP | None = None

    def connect(self) -> smtplib.SMTP:
        """The connection, signed in. Raises: OSError, smtplib.SMTPException."""
        if self._open is None:
            host, context = self.parts.hostname or "", ssl.create_default_context()
            if self.parts.scheme == "smtps":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, self.parts.port or 465, timeout=TIMEOUT_SECONDS, context=context
                )
            else:
                usual = 587 if self.parts.scheme == "smtp+starttls" else 25
                server = smtplib.SMTP(host, self.parts.port or usual, timeout=TIMEOUT_SECONDS)
            try:
                if self.parts.scheme == "smtp+starttls":
                    server.starttls(context=context)
                if self.parts.username:
                    server.login(unquote(self.parts.username), self.password)
                server.ehlo_or_helo_if_needed()
            except OSError:
                server.close()
                raise
            self._open = server
        return self._open

    def send(self, sender: str, to: str, message: bytes) -> None:
        """Hand one message over. Raises: Refusal, Later, Unsure; Declined when it does not let us in."""
        has_begun = False
        try:
            server = self.connect()
            _expect(server.mail(sender))
            _expect(server.rcpt(to), of_person=True)
            has_begun = True
            _expect(server.data(message), of_person=True)
        except (Refusal, Later, Declined):
            self._reset()
            raise
        # What smtplib raises are all OSErrors: the special ones come first.
        except smtplib.SMTPDataError as problem:  # it did not let the message begin
            self._reset()
            raise Later(str(problem)) from problem
        except smtplib.SMTPAuthenticationError as problem:
            self.close()
            if problem.smtp_code < 500:
                raise Later(str(problem)) from problem
            raise Declined(f"the mail server does not let us in: {problem}") from problem
        except OSError as problem:
            self.close()
            raise (Unsure if has_begun else Later)(str(problem)) from problem

    def _reset(self) -> None:
        """The server forgets the message that it did not take, so that another can follow."""
        try:
            if self._open is not None and self._open.rset()[0] == 250:
                return
        except OSError:
            pass
        self.close()

    def close(self) -> None:
        """End the connection, whatever state it is in."""
        if self._open is not None:
            self._open.close()
            self._open = None


def _expect(answer: tuple[int, bytes], *, of_person: bool = False) -> None:
    """Raises: Refusal, Later; Declined where it takes nothing from us; SMTPServerDisconnected."""
    code, words = answer
    if code < 0:
        raise smtplib.SMTPServerDisconnected("what the server answers is not SMTP")
    said = f"{code} {words.decode(errors='replace')}"
    if OF_US.match(said):
        raise Declined(f"the mail server takes nothing from us: {said}")
    if 500 <= code < 600 and of_person:
        raise Refusal(said)
    if not 200 <= code < 300:
        raise Later(said)


class State(msgspec.Struct, kw_only=True):
    """What the journal says, by line of the list."""

    sent: set[int] = msgspec.field(default_factory=set)
    refused: dict[int, str] = msgspec.field(default_factory=dict)
    unsure: dict[int, str] = msgspec.field(default_factory=dict)  # Message-ID


def read_state(folder: Path) -> State:
    """The journal of this folder."""
    state = State()
    for what, line, message_id, note in read_journal(folder / MAIL_FILE):
        number = int(line)
        state.unsure.pop(number, None)
        if what == "begins":
            state.unsure[number] = message_id
        elif what == "sent":
            state.sent.add(number)
            state.refused.pop(number, None)
        elif what == "refused":
            state.refused[number] = note
    return state


class Mailing(msgspec.Struct, frozen=True, kw_only=True):
    """How it is sent."""

    sender: str
    sender_name: str
    per_minute: int
    pause: Callable[[float], None] = time.sleep


def waiting(
    people: Sequence[Person],
    state: State,
    *,
    lettered: Collection[int] = (),
    retry_refused: bool = False,
) -> list[Person]:
    """Who is still to be sent to: nobody `lettered`, who has a letter and is to have no message."""
    done = state.sent | state.unsure.keys() | (set() if retry_refused else state.refused.keys())
    return [one for one in people if one.email and one.line not in done and one.line not in lettered]


def send_all(people: Sequence[Person], vote: Vote, folder: Path, server: Server, mailing: Mailing) -> State:
    """Send to these people, one after another; the journal's state at the end.

    Raises: Declined when the server takes nothing any more, or refuses several in a row.
    """
    state, refused = read_state(folder), 0
    with open_journal(folder / MAIL_FILE, HEADING) as journal, closing(server):
        for person in people:
            if refused == REFUSALS:
                raise Declined(
                    f"the mail server refused {refused} people in a row. If they are the reason, run this "
                    "again; if the server is, again with --retry-refused when it is mended"
                )
            started = time.monotonic()
            send_one(person, vote, server, mailing, journal, state)
            refused = 0 if person.line in state.sent else refused + (person.line in state.refused)
            mailing.pause(max(0.0, 60 / mailing.per_minute - (time.monotonic() - started)))
    return state


def send_one(
    person: Person, vote: Vote, server: Server, mailing: Mailing, journal: Journal, state: State
) -> None:
    """Send to one person, trying again while the server says "later". Raises: Declined when it goes on."""
    message_id = make_msgid(domain=mailing.sender.rpartition("@")[2])
    message = make_message(person, vote, mailing, message_id)
    for attempt in range(TRIES):
        journal.add("begins", person.line, message_id, "")
        state.unsure[person.line] = message_id
        try:
            server.send(mailing.sender, person.email, message)
        except Later as problem:
            journal.add("not taken", person.line, message_id, problem)
            del state.unsure[person.line]
            if attempt == TRIES - 1:
                raise Declined(
                    f"the mail server does not take messages ({problem}); run this again"
                ) from problem
            mailing.pause(2.0**attempt)
            continue
        except Declined as problem:
            journal.add("not taken", person.line, message_id, problem)
            raise Declined(f"line {person.line}: {problem}") from problem
        except Refusal as problem:
            journal.add("refused", person.line, message_id, problem)
            state.refused[person.line] = str(problem)
        except Unsure as problem:
            say(f"line {person.line}: the connection ended, nobody knows whether it was sent: {problem}")
            return
        else:
            journal.add("sent", person.line, message_id, "")
            state.sent.add(person.line)
            state.refused.pop(person.line, None)
        del state.unsure[person.line]
        return


def settle(folder: Path, *, were_sent: bool) -> int:
    """What the server's log said of those that nobody knew of; how many they were."""
    state = read_state(folder)
    with open_journal(folder / MAIL_FILE, HEADING) as journal:
        for line, message_id in state.unsure.items():
            journal.add("sent" if were_sent else "not taken", line, message_id, "by the server's log")
    return len(state.unsure)


def make_message(person: Person, vote: Vote, mailing: Mailing, message_id: str) -> bytes:
    """The message as it goes over the wire."""
    subject, body = message_text(person, vote)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Subject"] = subject
    message["From"] = formataddr((mailing.sender_name, mailing.sender))
    message["To"] = person.email
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    message["Content-Language"] = person.language
    return bytes(message)


def list_wrong_addresses(people: Sequence[Person]) -> list[int]:
    """The lines whose address cannot be one."""
    return [one.line for one in people if one.email and not ADDRESS.fullmatch(one.email)]


def show_sample(person: Person, vote: Vote) -> None:
    """The message of one person with the code hidden, as a dry run shows it."""
    subject, body = message_text(person, vote)
    say(f"Subject: {subject}")
    for line in body.replace(person.code, "xxx-xxx-xxx-xxx-xxx").splitlines():
        say(line)
