"""The options of `obste registrar mail` and `obste registrar letters`, and what they do with them."""

import argparse
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voting.roles import registrar_mail as mail
from voting.roles.registrar_journals import MAIL_FILE, alone_in, note_again, open_journal, require_same_list
from voting.roles.registrar_list import CODES_FILE, Columns, Person, choose, read_people
from voting.roles.registrar_parts import (
    PART_PAGES,
    Letters,
    Part,
    lettered_lines,
    part_again,
    parts_of,
    require_same_input,
    write_parts,
)
from voting.roles.registrar_ways import divide, told
from voting.roles.registrar_words import Vote
from voting.roles.terminal import Declined, ask_passphrase, say

if TYPE_CHECKING:
    Steps = argparse._SubParsersAction[argparse.ArgumentParser]

PER_MINUTE = 60


def add_mail_step(steps: "Steps") -> None:
    """`mail`."""
    one = steps.add_parser(
        "mail", help="send those who have an address their code by e-mail", allow_abbrev=False
    )
    _add_common(one)
    one.add_argument(
        "--server", required=True, help="smtp+starttls://USER@HOST:587, smtps://USER@HOST, smtp://HOST"
    )
    one.add_argument("--from", dest="sender", required=True, help="the address the messages come from")
    one.add_argument(
        "--password-file", type=Path, help="whose first line is the server's password; else it is asked for"
    )
    one.add_argument(
        "--plain", action="store_true", help="allow smtp:// to another machine: codes travel unprotected"
    )
    one.add_argument(
        "--per-minute", type=int, default=PER_MINUTE, help=f"messages a minute at most ({PER_MINUTE})"
    )
    one.add_argument(
        "--dry-run", action="store_true", help="check everything, sign in to the server, send nothing"
    )
    one.add_argument(
        "--unsure",
        choices=("sent", "not-sent"),
        help="what the server's log says of those of whom a kill left nothing known",
    )
    one.add_argument(
        "--retry-refused",
        action="store_true",
        help="send also to those whom the server refused, as after a corrected address",
    )
    one.set_defaults(run=_mail)


def add_letters_step(steps: "Steps") -> None:
    """`letters`."""
    one = steps.add_parser(
        "letters", help="write those whom e-mail does not reach a letter, as PDF", allow_abbrev=False
    )
    _add_common(one)
    one.add_argument(
        "--address", action="append", default=[], metavar="COLUMN", help="may be given again, in order"
    )
    one.add_argument("--window", choices=("right", "left"), default="right", help="where the envelope has it")
    one.add_argument("--pages", type=int, default=PART_PAGES, help=f"letters a file ({PART_PAGES})")
    one.add_argument(
        "--remake",
        default="",
        metavar="FILE",
        help="make this file again, which was not printed, or was lost",
    )
    one.set_defaults(run=_letters)


def _add_common(one: argparse.ArgumentParser) -> None:
    one.add_argument("folder", type=Path, help="the folder of the codes")
    one.add_argument("--title", required=True, help="of the vote, in Romanian")
    one.add_argument("--title-en", default="", help="in English; else the Romanian one")
    one.add_argument("--url", required=True, help="the page of the vote")
    one.add_argument("--closes", required=True, help="until when, in words: 30 aprilie 2027, ora 20:00")
    one.add_argument("--closes-en", default="", help="in English; else the Romanian words")
    one.add_argument("--office", required=True, help="who writes")
    one.add_argument("--contact", required=True, help="where people ask: telephone, desk, address")
    one.add_argument("--name", default="", metavar="COLUMN", help="that holds the name")
    one.add_argument("--email", default="", metavar="COLUMN", help="that holds the e-mail address")
    one.add_argument("--language", default="", metavar="COLUMN", help="that says ro or en")
    one.add_argument(
        "--who",
        choices=("unreached", "everyone"),
        default="unreached",
        help="everyone: also those who have their code the other way (unreached)",
    )
    one.add_argument(
        "--corrected-list", action="store_true", help="cells of the list were corrected since the last time"
    )
    one.add_argument(
        "--only", default="", metavar="COLUMN=VALUE", help="one person, again; it is written down"
    )
    one.add_argument("--by", default="", help="with --only: who gives it again")
    one.add_argument("--reason", default="", help="with --only: why")


def _vote(options: argparse.Namespace) -> Vote:
    if not options.url.startswith(("https://", "http://")):
        raise Declined("--url is the whole address of the vote's page, with https://")
    words: dict[str, str] = {
        name: " ".join(getattr(options, name).split())
        for name in ("title", "title_en", "url", "closes", "closes_en", "office", "contact")
    }
    return Vote(
        **words
        | {
            "title_en": words["title_en"] or words["title"],
            "closes_en": words["closes_en"] or words["closes"],
        }
    )


def _people(options: argparse.Namespace, address: tuple[str, ...] = ()) -> list[Person]:
    columns = Columns(name=options.name, email=options.email, language=options.language, address=address)
    return read_people(options.folder / CODES_FILE, columns)


def _again(options: argparse.Namespace, people: list[Person], how: str) -> Person:
    """The one person of --only, once it is written down. Raises: Declined."""
    person = choose(people, options.only)
    if not options.by.strip() or not options.reason.strip():
        raise Declined("--only needs --by and --reason: it is written down who was given a code again")
    note_again(options.folder, person, how=how, by=options.by, reason=options.reason)
    return person


# ── e-mail ────────────────────────────────────────────────────────────────────
def _mail(options: argparse.Namespace) -> None:
    vote, people = _vote(options), _people(options)
    if wrong := mail.list_wrong_addresses(people):
        shown = ", ".join(map(str, wrong[:20]))
        raise Declined(f"{len(wrong)} wrong addresses, on lines {shown}: correct or empty them")
    if not mail.ADDRESS.fullmatch(options.sender):
        raise Declined("--from is an e-mail address")
    if options.per_minute < 1:
        raise Declined("--per-minute is 1 or more")
    server = mail.Server(options.server, "", plain=options.plain)
    if server.parts.username:
        server.password = _password(options)
    mailing = mail.Mailing(sender=options.sender, sender_name=vote.office, per_minute=options.per_minute)
    with alone_in(options.folder):
        _require_same_list(options, people, writes=not options.dry_run)
        if options.only:
            _mail_again(options, people, vote, server, mailing)
            return
        if options.unsure and not options.dry_run:
            say(f"settled: {mail.settle(options.folder, were_sent=options.unsure == 'sent')}")
        to_send = _to_send(options, people)
        if options.dry_run:
            _try_mail(people, to_send, vote, server)
            return
        state = mail.send_all(to_send, vote, options.folder, server, mailing)
        _report(options.folder, people, state)


def _require_same_list(options: argparse.Namespace, people: list[Person], *, writes: bool = True) -> None:
    require_same_list(options.folder, people, is_corrected=options.corrected_list, writes=writes)


def _to_send(options: argparse.Namespace, people: list[Person]) -> list[Person]:
    lettered = lettered_lines(options.folder) if options.who == "unreached" else ()
    state = mail.read_state(options.folder)
    return mail.waiting(people, state, lettered=lettered, retry_refused=options.retry_refused)


def _password(options: argparse.Namespace) -> str:
    if options.password_file:
        return str(options.password_file.read_text("utf-8").split("\n")[0])
    return ask_passphrase(prompt="Password of the mail server: ")


def _try_mail(people: list[Person], to_send: list[Person], vote: Vote, server: mail.Server) -> None:
    server.connect()
    server.close()
    if to_send:
        mail.show_sample(to_send[0], vote)
    without = sum(not one.email for one in people)
    say(f"the server lets us in; {len(to_send)} messages are to be sent, {without} people have no address")


def _mail_again(
    options: argparse.Namespace, people: list[Person], vote: Vote, server: mail.Server, mailing: mail.Mailing
) -> None:
    person = _again(options, people, "mail")
    if not person.email:
        raise Declined(f"line {person.line} has no e-mail address")
    state = mail.State()
    with open_journal(options.folder / MAIL_FILE, mail.HEADING) as journal:
        mail.send_one(person, vote, server, mailing, journal, state)
    server.close()
    if person.line not in state.sent:
        raise Declined(
            f"not sent: {state.refused.get(person.line, 'nobody knows; look into the server log')}"
        )
    say(f"sent again to line {person.line}")


def _report(folder: Path, people: list[Person], state: mail.State) -> None:
    """What is done and what is left. Raises: Declined while somebody was not reached for sure."""
    say(told(divide(people, state, lettered_lines(folder))))
    for line, why in sorted(state.refused.items()):
        say(f"line {line}: the server refuses the message: {why}")
    for line, message_id in sorted(state.unsure.items()):
        say(f"line {line}: not known whether it was sent; look for {message_id} in the server's log")
    if state.unsure:
        raise Declined("then run this again with --unsure sent or --unsure not-sent")


# ── letters ───────────────────────────────────────────────────────────────────
def _letters(options: argparse.Namespace) -> None:
    drawing: Any = importlib.import_module("voting.roles.registrar_letters")  # brings ReportLab
    vote, people = _vote(options), _people(options, tuple(options.address))
    letters = Letters(vote=vote, side=options.window, write=drawing.write_part)
    with alone_in(options.folder):
        parts = _parts(options, people)
        drawing.require_printable([one for part in parts for one in part.people], vote)
        _require_same_list(options, people)
        made_anew = parts[0].path.name if options.only or options.remake else ""
        require_same_input(people, options.folder, letters, but=made_anew)
        if options.only:
            _again(options, people, "letter")
        write_parts(parts, options.folder, letters)
        say(told(divide(people, mail.read_state(options.folder), lettered_lines(options.folder))))


def _parts(options: argparse.Namespace, people: list[Person]) -> list[Part]:
    """The files that are to be made. Raises: Declined."""
    if options.only:
        person = choose(people, options.only)
        return [Part(options.folder / f"letter-{person.line:06d}.pdf", [person])]
    if options.remake:
        return [part_again(options.remake, people, options.folder)]
    lettered = lettered_lines(options.folder)
    ways = divide(people, mail.read_state(options.folder), lettered)
    has_way = lettered if options.who == "everyone" else {one.line for one in people} - ways.to_letter
    return parts_of([one for one in people if one.line not in has_way], options.folder, options.pages)
