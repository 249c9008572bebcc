"""Check a whole election from its archive: everything that the protocol lets anybody check, in one reading.

The first thing wrong, in the order of the file, is named with its member and event; what the file does not
hold yet (an open election, no result) is no fault. Ballots are checked in portions, by several processes if
wanted, and never held; ciphertexts are.

Source: Belenios specification, Version 2.0, sections 3.5 and 4.4; design: stricter where said.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar, Literal

from voting.sealing.archive import Archive, Member
from voting.sealing.ballot import CheckedBallot, check_ballot
from voting.sealing.board import BoardHead
from voting.sealing.box import code_of_tracker
from voting.sealing.credentials import read_credentials
from voting.sealing.crew import ALONE, Crew
from voting.sealing.decryption import Factors, check_decryption, open_ballots
from voting.sealing.election import Election, read_election
from voting.sealing.powers import Base
from voting.sealing.refused import Reason, Refused
from voting.sealing.schnorr import GENERATOR
from voting.sealing.shuffle_check import check_shuffle
from voting.sealing.tally import Ciphertexts, encrypted_tally, read_tally
from voting.sealing.trustees import TrusteeSet, read_trustees
from voting.sealing.wire import Ciphertext, Event, EventType, Owned, Result, Setup, SizedTally, read

PORTION = 256  # ballots that are checked together and held meanwhile, a process
_FOLLOWS: dict[EventType | None, tuple[EventType, ...]] = {
    None: ("Setup",),
    "Setup": ("Ballot", "EndBallots"),
    "Ballot": ("Ballot", "EndBallots"),
    "EndBallots": ("EncryptedTally",),
    "EncryptedTally": ("Shuffle",),
    "Shuffle": ("Shuffle", "EndShuffles"),
    "EndShuffles": ("PartialDecryption",),
    "PartialDecryption": ("PartialDecryption", "Result"),
    "Result": (),
}
_WITHOUT_PAYLOAD = ("EndBallots", "EndShuffles")


@dataclass
class Checked:
    """What an archive holds, all of it checked. `stage` is the last kind of event.

    `codes`: the check code of every ballot and whether a later one of its voter replaced it; `ended`: the
    name of the event after which no ballot came.
    """

    head: BoardHead = field(default_factory=BoardHead)
    stage: EventType | None = None
    election: Election | None = None
    trustees: TrusteeSet | None = None
    voters: int = 0
    ballots: int = 0
    counted: int = 0
    shuffles: list[int] = field(default_factory=list)
    decryptions: list[int] = field(default_factory=list)
    result: tuple[tuple[int, ...], ...] | None = None
    codes: dict[str, Literal["counted", "replaced"]] = field(default_factory=dict)
    ended: str | None = None


def verify(
    file: BinaryIO, crew: Crew = ALONE, *, on_event: Callable[[Checked], None] | None = None
) -> Checked:
    """Check the archive in a file that can be searched. `on_event` is told after each event, for progress.

    Raises: Refused with the first thing wrong and where: `member` (from 0), `event` (its height).
    """
    verifier = Verifier(Archive(file), crew)
    for member, content in verifier.members():
        verifier.take(member, content)
        if on_event and member.kind == "event":
            on_event(verifier.checked)
    return verifier.finish()


class Verifier:
    """Takes members one by one. `checked` is the state after each event, but for the last ballots."""

    def __init__(self, archive: Archive, crew: Crew = ALONE) -> None:
        self.archive = archive
        self.crew = crew
        self.checked = Checked()
        self.mixed: Ciphertexts = ()
        self.roll: frozenset[str] = frozenset()
        self._last: dict[str, Ciphertext] = {}
        self._code: dict[str, str] = {}  # of the last ballot of each credential
        self._sealed_alphas: set[str] = set()
        self._opened: dict[int, Factors] = {}
        self._waiting: dict[str, Member] = {}  # data that no event has used yet
        self._names: set[str] = set()
        self._portion: list[tuple[int, int, bytes]] = []  # member, height, content

    # ── members ───────────────────────────────────────────────────────────────
    def members(self) -> Iterator[tuple[Member, bytes]]:
        """The archive's members; a fault in the file comes after faults in the ballots before it."""
        try:
            yield from self.archive.members()
        except Refused:
            self._check_portion()
            raise

    def take(self, member: Member, content: bytes) -> None:
        """The next member. Raises: Refused, also for ballots that came before."""
        try:
            if member.name in self._names:
                raise Refused("member_repeated")
            self._names.add(member.name)
            if member.kind == "data":
                self._waiting[member.name] = member
            else:
                self._take_event(member, content)
        except Refused as problem:
            self._check_portion()
            raise problem.at(member=member.number) from problem

    def finish(self) -> Checked:
        """What was checked, at the end of the file. Raises: Refused."""
        self._check_portion()
        if self.checked.stage is None:
            raise Refused("event_order", found="nothing", wanted="Setup")
        if self._waiting:
            raise Refused("member_unused", member=next(iter(self._waiting.values())).number)
        return self.checked

    # ── events ────────────────────────────────────────────────────────────────
    def _take_event(self, member: Member, content: bytes) -> None:
        event, head = read(Event, content), self.checked.head
        if event.parent != head.hash:
            raise Refused("event_parent", event=head.height + 1)
        if event.height != head.height + 1:
            raise Refused("event_height", event=head.height + 1, found=event.height)
        try:
            if event.type not in _FOLLOWS[self.checked.stage]:
                raise Refused("event_order", found=event.type, after=self.checked.stage or "nothing")
            if (event.payload is None) != (event.type in _WITHOUT_PAYLOAD):
                raise Refused("payload_missing", type=event.type)
            if event.type != "Ballot":
                self._check_portion()
            self._handlers[event.type](self, member, event.payload or "")
            if self._waiting:
                raise Refused("member_unused", unused=next(iter(self._waiting.values())).number)
        except Refused as problem:
            raise problem.at(event=event.height) from problem
        self.checked.head = head.after(content)
        self.checked.stage = event.type

    def _data(self, name: str) -> bytes:
        """The content of data that an event refers to, which must stand between it and the event before."""
        if (member := self._waiting.pop(name, None)) is None:
            raise Refused("payload_missing", name=name[:64])
        return self.archive.content(member)

    def _set_up(self, member: Member, payload: str) -> None:
        setup = read(Setup, self._data(payload))
        election = read_election(self._data(setup.election))
        trustees = read_trustees(self._data(setup.trustees))
        if trustees.election_key != election.key_value:
            raise Refused("election_key")
        self.roll = read_credentials(self._data(setup.credentials))
        self.checked.election, self.checked.trustees = election, trustees
        self.checked.voters = len(self.roll)
        GENERATOR.expect(len(self.roll))

    def _add_ballot(self, member: Member, payload: str) -> None:
        self._portion.append((member.number, self.checked.head.height + 1, self._data(payload)))
        if len(self._portion) >= PORTION * self.crew.processes:
            self._check_portion()

    def _check_portion(self) -> None:
        """Check the ballots that wait, and count them in order."""
        portion, self._portion = self._portion, []
        tasks = [(self.election, portion[part]) for part in self.crew.parts(len(portion))] if portion else []
        for checked_part, (_, part) in zip(self.crew.map(_check_part, tasks), tasks, strict=True):
            for ballot, (number, height, _) in zip(checked_part, part, strict=True):
                try:
                    self._count_ballot(ballot)
                except Refused as problem:
                    raise problem.at(event=height, member=number) from problem

    def _count_ballot(self, ballot: CheckedBallot) -> None:
        if ballot.credential not in self.roll:
            raise Refused("ballot_credential", credential=ballot.credential[:20] + "…")
        if ballot.ciphertext.alpha in self._sealed_alphas:
            raise Refused("ballot_copied")
        self._sealed_alphas.add(ballot.ciphertext.alpha)
        self._last[ballot.credential] = ballot.ciphertext
        if (earlier := self._code.get(ballot.credential)) is not None:
            self.checked.codes[earlier] = "replaced"
        self._code[ballot.credential] = code = code_of_tracker(ballot.tracker)
        self.checked.codes[code] = "counted"
        self.checked.ballots += 1

    def _end_ballots(self, member: Member, payload: str) -> None:
        self._sealed_alphas.clear()
        self._code.clear()
        self.checked.counted = len(self._last)
        self.checked.ended = member.name

    def _take_tally(self, member: Member, payload: str) -> None:
        sized = read(SizedTally, self._data(payload))
        raw = self._data(sized.encrypted_tally)
        counted = self.checked.counted
        if (sized.num_tallied, sized.total_weight) != (counted, counted):
            raise Refused("tally_count", found=sized.num_tallied, wanted=counted)
        tally = read_tally(raw)
        if raw != encrypted_tally(self._last.values()):
            raise Refused("tally_ciphertexts")
        self._last.clear()
        self.mixed = tally

    def _take_shuffle(self, member: Member, payload: str) -> None:
        owner, _, raw = self._owned(payload, self.checked.shuffles, "shuffle_owner")
        self.mixed = check_shuffle(self.election, self.mixed, raw, self.crew)
        self.checked.shuffles.append(owner)

    def _end_shuffles(self, member: Member, payload: str) -> None:
        """Nothing to check: the order of events holds that there was a shuffle."""

    def _take_decryption(self, member: Member, payload: str) -> None:
        owner, key, raw = self._owned(payload, self.checked.decryptions, "decryption_owner")
        self._opened[owner] = check_decryption(self.election, self.mixed, key, raw, self.crew)
        self.checked.decryptions.append(owner)

    def _owned(self, payload: str, earlier: list[int], reason: Reason) -> tuple[int, Base, bytes]:
        """What a trustee gave: number, verification key, content. It must be the trustee's first."""
        owned = read(Owned, self._data(payload))
        key = self.trustees.key(owned.owner)
        if key is None or owned.owner in earlier:
            raise Refused(reason, owner=owned.owner)
        return owned.owner, key, self._data(owned.payload)

    def _take_result(self, member: Member, payload: str) -> None:
        raw = self._data(payload)
        result = read(Result, raw)
        if len(result.result) != 1 or len(result.result[0]) != len(self.mixed):
            raise Refused("result_size")
        if raw != open_ballots(self.election, self.trustees, self.mixed, self._opened, self.crew):
            raise Refused("result_differs")
        self.checked.result = result.result[0]

    @property
    def election(self) -> Election:
        """The election, after its set-up. Raises: Refused (event_order)."""
        if self.checked.election is None:
            raise Refused("event_order", after="nothing")
        return self.checked.election

    @property
    def trustees(self) -> TrusteeSet:
        """Its trustees, after its set-up. Raises: Refused (event_order)."""
        if self.checked.trustees is None:
            raise Refused("event_order", after="nothing")
        return self.checked.trustees

    _handlers: ClassVar[dict[EventType, Callable[["Verifier", Member, str], None]]] = {
        "Setup": _set_up,
        "Ballot": _add_ballot,
        "EndBallots": _end_ballots,
        "EncryptedTally": _take_tally,
        "Shuffle": _take_shuffle,
        "EndShuffles": _end_shuffles,
        "PartialDecryption": _take_decryption,
        "Result": _take_result,
    }


def _check_part(task: tuple[Election, list[tuple[int, int, bytes]]]) -> list[CheckedBallot]:
    """Check some ballots by themselves; the roll and copies are looked at in order, by the caller."""
    election, part = task
    checked = []
    for number, height, raw in part:
        try:
            checked.append(check_ballot(election, raw, None))
        except Refused as problem:
            raise problem.at(event=height, member=number) from problem
    return checked
