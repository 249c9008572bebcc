"""The ceremony of a sealed vote as officials and trustees see it: how far it is, what waits for whom."""

import base64
from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.kit.context import Ctx
from app.kit.i18n import N_, show_datetime, show_number
from voting.errors import SEAL_WORDS, SealRefused
from voting.models import SealedElection, Trustee
from voting.policy import step_of_trustees
from voting.queries import PollInFull
from voting.states import COUNTED_STATES, Act, Delivery, PollState, SealingPhase, Step

KEY_STEPS = (Step.KEY, Step.CERTIFICATE, Step.POLYNOMIAL, Step.SHARE)
STEP_TITLES = {
    Step.KEY: N_("Key"),
    Step.CERTIFICATE: N_("Certificate"),
    Step.POLYNOMIAL: N_("Messages to the other trustees"),
    Step.SHARE: N_("Share of the key"),
    Step.SHUFFLE: N_("Mixing"),
    Step.DECRYPTION: N_("Opening"),
}
DELIVERY_WORDS = {
    Delivery.WAITING: (N_("being checked"), "review"),
    Delivery.ACCEPTED: (N_("accepted"), "accepted"),
    Delivery.REFUSED: (N_("refused"), "rejected"),
}
AWAITED = {
    Step.KEY: N_("Waiting for the keys of: %(names)s."),
    Step.CERTIFICATE: N_("Waiting for the certificates of: %(names)s."),
    Step.POLYNOMIAL: N_("Waiting for the messages between trustees from: %(names)s."),
    Step.SHARE: N_("Waiting for the shares of the key of: %(names)s."),
}


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """What one trustee, or the registrar, delivered at one step, as it was read."""

    number: int
    step: Step
    state: Delivery
    sha256: str
    reason: str | None = None


class Ceremony(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read of a ceremony. `election`: none before the trustees are named."""

    full: PollInFull
    election: SealedElection | None
    trustees: Sequence[Trustee]
    delivered: Sequence[Delivered]

    @property
    def has_threshold(self) -> bool:
        return self.election is not None and self.election.threshold is not None

    @property
    def needed(self) -> int:
        """How many open together."""
        return (self.election.threshold if self.election else None) or len(self.trustees)

    @property
    def step(self) -> Step | None:
        """What trustees deliver now."""
        return step_of_trustees(self.full.facts, has_threshold=self.has_threshold)

    def of(self, number: int, step: Step) -> Delivered | None:
        """What somebody delivered at a step."""
        return next((one for one in self.delivered if (one.number, one.step) == (number, step)), None)

    def done(self, step: Step) -> list[Trustee]:
        """The trustees whose delivery was accepted."""
        return [one for one in self.trustees if self._has(one, step, Delivery.ACCEPTED)]

    def missing(self, step: Step) -> list[Trustee]:
        """The trustees from whom something is still to come."""
        sent = (Delivery.ACCEPTED, Delivery.WAITING)
        return [one for one in self.trustees if not self._has(one, step, *sent)]

    @property
    def checked(self) -> Trustee | None:
        """Whose delivery a worker is checking."""
        return next(
            (
                one
                for one in self.trustees
                for step in (Step.SHUFFLE, Step.DECRYPTION)
                if self._has(one, step, Delivery.WAITING)
            ),
            None,
        )

    def _has(self, trustee: Trustee, step: Step, *states: Delivery) -> bool:
        found = self.of(trustee.number, step)
        return found is not None and found.state in states


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of the way from the trustees to the result, or of what is a trustee's to do."""

    title: str
    hint: str
    status: str
    state: str


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a delivery. `fingerprint` is what `./obste trustee` prints, `sha256` the same in hex."""

    title: str
    state_text: str
    state: str
    fingerprint: str
    sha256: str
    reason: str


def sent_rows(ctx: Ctx, ceremony: Ceremony, number: int) -> list[Sent]:
    """Everything that a trustee has delivered, in the order of the steps."""
    rows = []
    for step, title in STEP_TITLES.items():
        if found := ceremony.of(number, step):
            text, state = DELIVERY_WORDS[found.state]
            shows_print = step in (Step.CERTIFICATE, Step.KEY)
            rows.append(
                Sent(
                    title=ctx.gettext(title),
                    state_text=ctx.gettext(text),
                    state=state,
                    fingerprint=fingerprint_of(found.sha256) if shows_print else "",
                    sha256=found.sha256,
                    reason=reason_text(ctx, found),
                )
            )
    return rows


def reason_text(ctx: Ctx, found: Delivered) -> str:
    """Why a delivery was refused, or nothing."""
    if found.state is not Delivery.REFUSED:
        return ""
    return ctx.gettext(SEAL_WORDS.get(found.reason or "", SealRefused.default))


def fingerprint_of(sha256: str) -> str:
    """As the programs of the protocol print it: BASE64 without padding."""
    return base64.b64encode(bytes.fromhex(sha256)).decode().rstrip("=")


def names_of(trustees: Sequence[Trustee]) -> str:
    """In one line."""
    return ", ".join(one.name for one in trustees)


# ── what waits for whom ───────────────────────────────────────────────────────
def waiting_text(ctx: Ctx, ceremony: Ceremony) -> str:
    """The sentence that says who has to do something now; nothing when the ceremony waits for nobody."""
    facts, election = ceremony.full.facts, ceremony.election
    if facts.state is PollState.CANCELLED or facts.sealing is None:
        return ""
    step = ceremony.step
    if step in KEY_STEPS:
        return ctx.gettext(AWAITED[step], names=names_of(ceremony.missing(step)))
    if facts.sealing is SealingPhase.CHOSEN:
        return ctx.gettext("Waiting for an election officer to name the trustees.")
    if facts.sealing is SealingPhase.ROLL:
        return _waiting_before_board(ctx, ceremony, election)
    if facts.sealing is SealingPhase.ENDED and facts.is_confirmed(Act.CLOSE):
        return ctx.gettext("The ballots that count are being put together.")
    if facts.sealing is SealingPhase.MIXING:
        return _waiting_for_mixing(ctx, ceremony)
    if facts.sealing is SealingPhase.OPENING:
        return _waiting_for_opening(ctx, ceremony)
    if facts.sealing is SealingPhase.OPENED and facts.state is PollState.CLOSED:
        return ctx.gettext("The ballots are open: the count is running.")
    return ""


def _waiting_before_board(ctx: Ctx, ceremony: Ceremony, election: SealedElection | None) -> str:
    if ceremony.full.facts.state is PollState.DRAFT:
        return ctx.gettext("The keys are ready. Waiting for an election officer to announce the vote.")
    if election is None or election.roll_size is None:
        return ctx.gettext("Waiting for an election officer to freeze the roll.")
    if election.credentials_digest is None:
        return ctx.gettext("Waiting for the registrar's file of public credentials.")
    return ctx.gettext("Waiting for an election officer to compare the credentials and begin the board.")


def _waiting_for_mixing(ctx: Ctx, ceremony: Ceremony) -> str:
    if ceremony.checked is not None:
        return ctx.gettext("The mixing of %(name)s is being checked.", name=ceremony.checked.name)
    left = names_of(ceremony.missing(Step.SHUFFLE))
    return ctx.gettext("Waiting for one of these trustees to mix, one after another: %(names)s.", names=left)


def _waiting_for_opening(ctx: Ctx, ceremony: Ceremony) -> str:
    opened = len(ceremony.done(Step.DECRYPTION))
    if opened >= ceremony.needed:
        return ctx.gettext("Enough trustees have opened: the rankings are being put together.")
    if ceremony.checked is not None:
        return ctx.gettext("The opening of %(name)s is being checked.", name=ceremony.checked.name)
    return ctx.gettext(
        "Waiting for %(more)s more to open, of: %(names)s.",
        more=show_number(ceremony.needed - opened, ctx.locale),
        names=names_of(ceremony.missing(Step.DECRYPTION)),
    )


# ── the stages ────────────────────────────────────────────────────────────────
PLACE_OF_PHASE = {
    SealingPhase.CHOSEN: 0,
    SealingPhase.KEYS: 1,
    SealingPhase.POLYNOMIALS: 1,
    SealingPhase.SHARES: 1,
    SealingPhase.ENDED: 7,
    SealingPhase.MIXING: 8,
    SealingPhase.OPENING: 9,
    SealingPhase.OPENED: 10,
}
TITLES = (
    N_("Name the trustees"),
    N_("The trustees make the key"),
    N_("Freeze the roll"),
    N_("The registrar's credentials"),
    N_("Begin the board"),
    N_("Two officials confirm the opening"),
    N_("Voting"),
    N_("Two officials confirm the closing protocol"),
    N_("The trustees mix"),
    N_("The trustees open"),
    N_("Count and result"),
)


def place_of(ceremony: Ceremony) -> int:
    """Which of TITLES is the current one; their number when all is done."""
    facts, election = ceremony.full.facts, ceremony.election
    if facts.state in COUNTED_STATES:
        return len(TITLES)
    phase = facts.sealing or SealingPhase.CHOSEN
    if phase is SealingPhase.READY:
        return 6 if facts.is_confirmed(Act.OPEN) else 5
    if phase is SealingPhase.ROLL:
        if election is None or election.roll_size is None:
            return 2
        return 3 if election.credentials_digest is None else 4
    return PLACE_OF_PHASE[phase]


def stage_rows(ctx: Ctx, ceremony: Ceremony) -> list[Stage]:
    """The whole way, with what is known of each stage."""
    here = place_of(ceremony)
    texts = _stage_texts(ctx, ceremony, here)
    words = {"done": N_("done"), "current": N_("now"), "future": N_("later")}
    rows = []
    for place, title in enumerate(TITLES):
        state = "done" if place < here else "current" if place == here else "future"
        told = [_dates(ctx, ceremony, place), texts.get(place, "")]
        rows.append(
            Stage(
                title=ctx.gettext(title),
                hint=" · ".join(one for one in told if one),
                status=ctx.gettext(words[state]),
                state=state,
            )
        )
    return rows


def _stage_texts(ctx: Ctx, ceremony: Ceremony, here: int) -> dict[int, str]:
    election, facts = ceremony.election, ceremony.full.facts
    texts = {here: waiting_text(ctx, ceremony)}
    if ceremony.trustees:
        texts[0] = names_of(ceremony.trustees)
    if here == 1 and ceremony.step is not None:
        texts[1] = _progress(ctx, ceremony, ceremony.step)
    if election is not None and election.roll_size is not None:
        texts[2] = ctx.ngettext("%(num)s person", "%(num)s people", election.roll_size)
    for place, act in ((5, Act.OPEN), (7, Act.CLOSE)):
        if here == place:
            given = len(facts.confirmed_by.get(act, ()))
            texts[place] = ctx.gettext("%(given)s of %(needed)s confirmations", given=given, needed=2)
    for place, step in ((8, Step.SHUFFLE), (9, Step.DECRYPTION)):
        if here > place and ceremony.done(step):
            texts[place] = names_of(ceremony.done(step))
    return texts


def _progress(ctx: Ctx, ceremony: Ceremony, step: Step) -> str:
    """Which of the key's steps it is, and how many have delivered."""
    steps = (Step.CERTIFICATE, Step.POLYNOMIAL, Step.SHARE) if ceremony.has_threshold else (Step.KEY,)
    told = [
        ctx.gettext(
            "%(title)s: %(done)s of %(all)s",
            title=ctx.gettext(STEP_TITLES[one]),
            done=len(ceremony.done(one)),
            all=len(ceremony.trustees),
        )
        for one in steps[: steps.index(step) + 1]
    ]
    return ". ".join([*told, waiting_text(ctx, ceremony)])


def _dates(ctx: Ctx, ceremony: Ceremony, place: int) -> str:
    full, election = ceremony.full, ceremony.election
    moments: dict[int, datetime | None] = {
        2: election.roll_frozen_at if election else None,
        6: full.stage.closes_at,
    }
    moment = moments.get(place)
    if moment is None:
        return ""
    when = show_datetime(moment, ctx.locale)
    return ctx.gettext("until %(when)s", when=when) if place == 6 else when
