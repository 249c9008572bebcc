"""The registrar's mail merge against a real SMTP server: everybody once, also after a kill."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.make.post_office import Office
from tests.servers import ROOT
from voting.roles.registrar_mail import State, read_state
from voting.sealing.credentials import normalise_code

UUID = "4aGdhjJbFt1b7b"
PEOPLE = [
    ("Ștefan Țîrlea", "stefan@example.ro", "ro"),
    ("Gheorghe Mutat", "mutat@example.ro", "ro"),
    ("Mary Ann Ö", "mary@example.ro", "en"),
    ("Ion fără adresă", "", "ro"),
    ("Ana Popescu", "ana@example.ro", "ro"),
]


def make_codes(folder: Path, people: list[tuple[str, str, str]]) -> Path:
    with (folder / "roll.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("name", "e-mail", "language"), *people])
    assert (
        main(["registrar", "codes", str(folder / "roll.csv"), str(folder / "codes"), "--election", UUID]) == 0
    )
    return folder / "codes"


def words(codes: Path, server: str, *more: str) -> list[str]:
    vote = ["--title", "Buget participativ 2027", "--title-en", "Participatory budget 2027"]
    vote += ["--url", "https://vot.example.ro/polls/1", "--closes", "30 aprilie 2027, ora 20:00"]
    vote += ["--office", "Primăria", "--contact", "021 314 46 80"]
    sending = ["--server", server, "--from", "registratura@example.ro", "--per-minute", "6000"]
    return ["registrar", "mail", str(codes), *vote, *sending, *more]


def code_of(codes: Path, address: str) -> str:
    with (codes / "codes.csv").open(encoding="utf-8", newline="") as file:
        return next(row["code"] for row in csv.DictReader(file) if row["e-mail"] == address)


def test_everybody_with_an_address_gets_their_code_once(
    office: tuple[Office, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE)
    assert main(words(codes, server, "--dry-run")) == 0
    shown = capsys.readouterr().out
    assert not inbox.messages
    assert "xxx-xxx-xxx-xxx-xxx" in shown
    assert "4 messages are to be sent, 1 people have no address" in shown
    assert code_of(codes, "stefan@example.ro") not in shown
    inbox.later = 2
    assert main(words(codes, server)) == 0
    assert main(words(codes, server)) == 0  # nothing is left to do
    said = capsys.readouterr().out
    assert "5 people: 3 by e-mail, 0 by letter" in said
    assert "line 3: the server refuses the message: 550" in said
    assert inbox.recipients == {"stefan@example.ro": 1, "mary@example.ro": 1, "ana@example.ro": 1}
    by_address = {str(message["To"]): message for message in inbox.messages}
    for address, language, word in (
        ("stefan@example.ro", "ro", "Bună ziua, Ștefan Țîrlea,"),
        ("mary@example.ro", "en", "Dear Mary Ann Ö,"),
    ):
        message = by_address[address]
        body = message.get_content()
        code = code_of(codes, address)
        assert message["Content-Language"] == language
        assert word in body
        assert body.count(code) == 1
        assert code not in str(message["Subject"]) + str(message["Message-ID"])
        # No link holds the code, and no line that a program may take for one.
        assert all(code not in link and "#" not in link for link in re.findall(r"\S*://\S*", body))
        assert "https://vot.example.ro/check" in body
        assert normalise_code(code) == code


def test_what_nobody_knows_of_is_told_and_not_sent_again_by_itself(
    office: tuple[Office, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE)
    inbox.drops = {"mary@example.ro"}
    assert main(words(codes, server)) == 2
    told = capsys.readouterr()
    assert "line 4: not known whether it was sent" in told.out
    assert str(inbox.messages[1]["Message-ID"]) in told.out
    assert "--unsure" in told.err
    inbox.drops = set()
    assert main(words(codes, server)) == 2  # still not settled, and nobody gets two
    assert inbox.recipients == {"stefan@example.ro": 1, "mary@example.ro": 1, "ana@example.ro": 1}
    assert main(words(codes, server, "--unsure", "not-sent")) == 0
    assert inbox.recipients["mary@example.ro"] == 2  # as the log was read to say
    assert read_state(codes).sent == {2, 4, 6}


def test_a_message_that_the_server_did_not_let_begin_is_sent_later(
    office: tuple[Office, str], tmp_path: Path
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE[:1])
    inbox.forgets = 1
    assert main(words(codes, server)) == 0
    assert inbox.recipients == {"stefan@example.ro": 1}
    assert not read_state(codes).unsure


def test_a_wrong_password_is_said_at_once_and_leaves_nobody_in_doubt(
    office: tuple[Office, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE[:1])
    password = tmp_path / "password"
    signing_in = (server.replace("//", "//registratura@"), "--password-file", str(password))
    password.write_text("a wrong one\n")
    assert main(words(codes, *signing_in)) == 2
    assert "does not let us in: (535" in capsys.readouterr().err
    assert read_state(codes) == State()
    password.write_text("the right one\n")
    assert main(words(codes, *signing_in)) == 0
    assert inbox.recipients == {"stefan@example.ro": 1}


@pytest.mark.parametrize(
    "words_of_server", ["530 5.7.0 authentication required", "550 5.7.1 relaying denied", "535 who are you?"]
)
@pytest.mark.parametrize("where", ["at_address", "at_end"])
def test_a_server_that_takes_nothing_from_us_refuses_no_person(
    office: tuple[Office, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words_of_server: str,
    where: str,
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE)
    getattr(inbox, where)["stefan@example.ro"] = words_of_server
    assert main(words(codes, server)) == 2
    assert f"line 2: the mail server takes nothing from us: {words_of_server}" in capsys.readouterr().err
    assert read_state(codes) == State()
    getattr(inbox, where).clear()
    assert main(words(codes, server)) == 0
    assert inbox.recipients["stefan@example.ro"] == 1


def test_those_who_were_refused_are_tried_again_when_that_is_wanted(
    office: tuple[Office, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE)
    inbox.at_end["mary@example.ro"] = "552 5.2.2 mailbox full"
    assert main(words(codes, server)) == 0
    assert "line 4: the server refuses the message: 552 5.2.2 mailbox full" in capsys.readouterr().out
    assert inbox.recipients == {"stefan@example.ro": 1, "ana@example.ro": 1}
    inbox.at_end.clear()
    path = codes / "codes.csv"
    path.write_text(path.read_text("utf-8").replace("mutat@", "gheorghe@"), "utf-8")
    assert main(words(codes, server)) == 2, "the list is another one, and nobody has said so"
    assert main(words(codes, server, "--corrected-list")) == 0
    assert inbox.recipients.total() == 2
    assert main(words(codes, server, "--retry-refused", "--dry-run")) == 0
    assert "2 messages are to be sent" in capsys.readouterr().out
    assert main(words(codes, server, "--retry-refused")) == 0
    assert set(inbox.recipients.values()) == {1}
    assert inbox.recipients.total() == 4
    assert read_state(codes) == State(sent={2, 3, 4, 6})


def test_a_server_that_refuses_one_after_another_does_not_mark_the_whole_roll(
    office: tuple[Office, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, [(f"Om {n}", f"om{n}@example.ro", "ro") for n in range(16)])
    inbox.at_end = {f"om{n}@example.ro": "554 no" for n in range(16) if n != 4}
    assert main(words(codes, server)) == 2
    assert "refused 5 people in a row" in capsys.readouterr().err
    assert len(read_state(codes).refused) == 9, "one that was taken in between begins the row anew"
    assert main(words(codes, server)) == 2
    assert len(read_state(codes).refused) == 14
    inbox.at_end = {}
    assert main(words(codes, server, "--retry-refused")) == 0
    assert inbox.recipients == {f"om{n}@example.ro": 1 for n in range(16)}


def test_a_kill_in_the_middle_leaves_nobody_out_and_gives_nobody_two(
    office: tuple[Office, str], tmp_path: Path
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, [(f"Om {n}", f"om{n}@example.ro", "ro") for n in range(40)])
    command = [sys.executable, "-P", "-m", "app.cli", *words(codes, server)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    for wanted in (7, 19):
        process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while len(inbox.messages) < wanted and time.monotonic() < until:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with (codes / "mail-journal.csv").open("a") as journal:
            journal.write("beg")  # as a torn write would leave it
    unsure = read_state(codes).unsure
    assert len(unsure) <= 2
    told = {str(message["Message-ID"]) for message in inbox.messages}
    was_sent = {message_id in told for message_id in unsure.values()}
    answer = [] if not unsure else ["--unsure", "sent" if was_sent == {True} else "not-sent"]
    if len(was_sent) < 2:  # the log says the same of both, as nearly always
        assert main(words(codes, server, *answer)) == 0
        assert inbox.recipients == {f"om{n}@example.ro": 1 for n in range(40)}


def test_one_person_again_is_written_down(
    office: tuple[Office, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE)
    again = ("--only", "e-mail=ana@example.ro")
    assert main(words(codes, server, *again)) == 2  # by whom, and why?
    assert not inbox.messages
    assert main(words(codes, server, *again, "--by", "M. Ionescu", "--reason", "a pierdut mesajul")) == 0
    assert inbox.recipients == {"ana@example.ro": 1}
    assert main(words(codes, server, "--only", "name=Nimeni", "--by", "x", "--reason", "y")) == 2
    (line,) = csv.DictReader((codes / "given-again.csv").read_text("utf-8").splitlines())
    assert (line["line"], line["name"], line["by"]) == ("6", "Ana Popescu", "M. Ionescu")
    assert line["reason"] == "a pierdut mesajul"


@pytest.mark.parametrize(
    ("server", "word"),
    [
        ("smtp://mail.example.ro", "unprotected"),
        ("smtp+starttls://user:secret@mail.example.ro", "no password in the address"),
        ("http://mail.example.ro", "smtp+starttls://"),
    ],
    ids=["plain", "password", "scheme"],
)
def test_a_server_that_would_give_codes_away_is_declined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: str, word: str
) -> None:
    codes = make_codes(tmp_path, PEOPLE)
    assert main(words(codes, server)) == 2
    assert word in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda text: text.replace("e-mail", "adresa"), ""),
        (lambda text: text.replace("ana@", "ana@@"), "lines 6"),
        (lambda text: text.replace("ana@", "ană@"), "lines 6"),
        (lambda text: text.replace("ana@example", "ana@exämple"), "lines 6"),
        (lambda text: text.replace("code", "cod"), "no column 'code'"),
        (lambda text: text.replace("name,", "who,"), "--name"),
        (lambda text: "\n".join([*text.split()[:2]]), "line 2"),
        (lambda text: text + text.splitlines()[1] + "\n", "twice"),
    ],
    ids=["no-address-column", "address", "letter", "host", "no-codes", "no-name", "cut", "twice"],
)
def test_a_list_that_is_wrong_is_declined_before_anything_is_sent(
    office: tuple[Office, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, word: str
) -> None:
    inbox, server = office
    codes = make_codes(tmp_path, PEOPLE)
    path = codes / "codes.csv"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    assert main(words(codes, server)) == (2 if word else 0)
    assert word in capsys.readouterr().err
    assert not inbox.messages
