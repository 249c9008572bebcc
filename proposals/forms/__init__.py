"""What people type about ideas, reviews, costings and reasons, with its limits."""

import re
import uuid
from datetime import date
from typing import Annotated, Literal, TypeVar

import msgspec

from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import MAX_BANI, NOT_A_NUMBER, Form, parse, read_bani
from app.kit.i18n import N_
from proposals.rules.costing import MAX_LINES, MILLI, VAT_RATES, Costing, Line
from proposals.rules.maps import HEIGHT, PICTURES, STEPS, WIDTH
from proposals.states import Built

TITLE_LENGTH, BODY_LENGTH = 120, 6000
LATITUDES, LONGITUDES = (44.3, 44.6), (25.9, 26.3)  # Bucharest and its surroundings
MAX_QUANTITY = 1_000_000
MAX_MARGIN = 30  # percent; more means that nobody has looked at the place

Title = Annotated[str, msgspec.Meta(max_length=TITLE_LENGTH)]
Body = Annotated[str, msgspec.Meta(max_length=BODY_LENGTH)]
Reasoning = Annotated[
    str,
    msgspec.Meta(
        min_length=20, max_length=4000, extra={"missing": N_("Explain the decision in your own words")}
    ),
]


# ── the resident ──────────────────────────────────────────────────────────────
class TextForm(msgspec.Struct, frozen=True):
    """First step of a draft: what is proposed. Drafts may be empty; sending checks (service.find_missing)."""

    title: Title = ""
    body: Body = ""
    lang: Literal["ro", "en", "hu", "rom"] = "ro"


class PlaceForm(msgspec.Struct, frozen=True):
    """Second step: where it is."""

    area: uuid.UUID | None = None
    location: Annotated[str, msgspec.Meta(max_length=300)] = ""
    landmark: Annotated[str, msgspec.Meta(max_length=200)] = ""
    latitude: Annotated[float, msgspec.Meta(ge=LATITUDES[0], le=LATITUDES[1])] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=LONGITUDES[0], le=LONGITUDES[1])] | None = None

    def __post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError(N_("Give both latitude and longitude, or neither."))


PINS = r"^(\d{1,5}:-?\d{1,2}\.\d{1,6},-?\d{1,3}\.\d{1,6};)*$"
"""Numbered points: pages/maps.py, `write_pins`."""


class PointForm(msgspec.Struct, frozen=True):
    """A point that a picture of the map is asked to show, or numbered ones, and with how many names."""

    lat: Annotated[float, msgspec.Meta(ge=LATITUDES[0], le=LATITUDES[1])] | None = None
    lon: Annotated[float, msgspec.Meta(ge=LONGITUDES[0], le=LONGITUDES[1])] | None = None
    names: Literal["all", "few"] = "all"
    pins: Annotated[str, msgspec.Meta(max_length=1500, pattern=PINS)] = ""


class PinDeed(msgspec.Struct, frozen=True):
    """What a press on the map or on a button beside it asks for."""

    kind: Literal["press", "start", "remove", "move"]
    across: float = 0.0  # parts of the picture, from the left
    down: float = 0.0
    direction: str = ""


def read_pin_deed(form: Form) -> PinDeed | None:
    """What is to happen to the pin, if that is how the form was sent. Raises: FormErrors.

    Browsers send where an image was pressed, in pixels. From the keyboard they send 0, 0: then the pin
    starts in the middle, and the buttons move it.
    """
    kind, _, which = form.get("do").partition(":")
    if kind == "pin":
        if which in STEPS:
            return PinDeed("move", direction=which)
        return PinDeed("remove") if which == "remove" else PinDeed("start")
    for name, width in PICTURES.items():
        pixels = [form.get(f"pin-{name}.{axis}") for axis in "xy"]
        if not any(pixels):
            continue
        if not all(re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,9})?", typed) for typed in pixels):
            raise FormErrors({"map": Invalid(N_("Press once more on the map, at the place itself."))})
        x, y = (float(typed) for typed in pixels)
        if x == y == 0:
            return PinDeed("start")
        return PinDeed("press", across=(x + 0.5) / width, down=(y + 0.5) / (width * HEIGHT / WIDTH))
    return None


class CostForm(msgspec.Struct, frozen=True):
    """Third step: what it may cost, in the author's opinion. Photos come as files beside it."""

    estimate: Annotated[int, msgspec.Meta(ge=0, le=MAX_BANI, extra={"typed": "lei"})] | None = None


class AnswerForm(msgspec.Struct, frozen=True):
    """The author's answer to the department."""

    answer: Annotated[
        str, msgspec.Meta(min_length=2, max_length=4000, extra={"missing": N_("Write your answer")})
    ]


class ContestForm(msgspec.Struct, frozen=True):
    """Why the author contests the verdict, and which one they have read."""

    contest: Annotated[
        str,
        msgspec.Meta(
            min_length=20, max_length=4000, extra={"missing": N_("Say what is wrong with the decision")}
        ),
    ]
    verdict: str = ""


# ── the department ────────────────────────────────────────────────────────────
class QuestionForm(msgspec.Struct, frozen=True):
    """A question to the author, published on the timeline."""

    question: Annotated[
        str, msgspec.Meta(min_length=10, max_length=2000, extra={"missing": N_("Write the question")})
    ]


class ResumeForm(msgspec.Struct, frozen=True):
    """Why the clock runs again without an answer."""

    reason: Annotated[
        str,
        msgspec.Meta(min_length=10, max_length=1000, extra={"missing": N_("Say why the clock runs again")}),
    ]


class NoteForm(msgspec.Struct, frozen=True):
    """An internal note."""

    note: Annotated[str, msgspec.Meta(max_length=4000, extra={"missing": N_("Write the note")})]


class UpholdForm(msgspec.Struct, frozen=True):
    """Why a contested verdict stands."""

    text: Reasoning


class DepartmentForm(msgspec.Struct, frozen=True):
    """A department of the town hall."""

    name: Annotated[str, msgspec.Meta(max_length=120, extra={"missing": N_("Enter the name")})]
    email: Annotated[
        str,
        msgspec.Meta(
            max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", extra={"missing": N_("Enter an address")}
        ),
    ]
    name_en: Annotated[str, msgspec.Meta(max_length=120)] = ""


class MemberForm(msgspec.Struct, frozen=True):
    """Who works in a department, and as what."""

    account: Annotated[uuid.UUID, msgspec.Meta(extra={"missing": N_("Choose a colleague")})]
    place: Literal["member", "head", "out"] = "member"


class ConflictForm(msgspec.Struct, frozen=True):
    """What somebody has to do with an idea; internal."""

    why: Annotated[
        str, msgspec.Meta(min_length=10, max_length=1000, extra={"missing": N_("Say what ties you to it")})
    ]


class BulkForm(msgspec.Struct, frozen=True):
    """To whom several ideas are given."""

    reviewer: uuid.UUID | None = None
    department: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if self.reviewer is None and self.department is None:
            raise ValueError(N_("Choose a colleague, a department, or both."))


class SendBackForm(msgspec.Struct, frozen=True):
    """Why a prepared verdict is not to be published as it is."""

    why: Annotated[
        str,
        msgspec.Meta(min_length=10, max_length=2000, extra={"missing": N_("Say what has to be different")}),
    ]


class AssignForm(msgspec.Struct, frozen=True):
    """To whom the idea is given."""

    reviewer: Annotated[uuid.UUID, msgspec.Meta(extra={"missing": N_("Choose a colleague")})]


class RejectForm(msgspec.Struct, frozen=True):
    """A rejection: reason of the catalogue and the department's own words."""

    reason: Annotated[
        str,
        msgspec.Meta(max_length=12, extra={"missing": N_("Choose a reason from the published catalogue")}),
    ]
    text: Reasoning


class MergeForm(msgspec.Struct, frozen=True):
    """A merger: the registration number of the other idea, and why they are the same."""

    into: Annotated[
        str,
        msgspec.Meta(max_length=30, extra={"missing": N_("Enter the registration number of the other idea")}),
    ]
    text: Reasoning


class AcceptForm(msgspec.Struct, frozen=True):
    """An acceptance, without its lines (read_costing reads those)."""

    text: Reasoning
    margin: Annotated[int, msgspec.Meta(ge=0, le=MAX_MARGIN)] = 0
    yearly: Annotated[int, msgspec.Meta(ge=0, le=MAX_BANI, extra={"typed": "lei"})] = 0


Accepted = TypeVar("Accepted", bound=AcceptForm)


class ChangeForm(AcceptForm, frozen=True, kw_only=True):
    """An acceptance with changes: what was changed, and the text that the project gets."""

    title: Annotated[str, msgspec.Meta(max_length=TITLE_LENGTH, extra={"missing": N_("Enter the title")})]
    body: Annotated[str, msgspec.Meta(max_length=BODY_LENGTH, extra={"missing": N_("Enter the text")})]
    changes: Annotated[
        str,
        msgspec.Meta(min_length=20, max_length=2000, extra={"missing": N_("Say in words what was changed")}),
    ]


class ForwardForm(msgspec.Struct, frozen=True):
    """An idea that is not in our competence: to whom it was sent on, under which number, and why."""

    authority: Annotated[
        str,
        msgspec.Meta(min_length=3, max_length=200, extra={"missing": N_("Name the authority")}),
    ]
    text: Reasoning
    reference: Annotated[str, msgspec.Meta(max_length=60)] = ""


class ReasonForm(msgspec.Struct, frozen=True):
    """A version of a reason of the catalogue."""

    title: Annotated[str, msgspec.Meta(max_length=200, extra={"missing": N_("Enter a short title")})]
    title_en: Annotated[
        str, msgspec.Meta(max_length=200, extra={"missing": N_("Enter the title in English")})
    ]
    text: Annotated[
        str, msgspec.Meta(max_length=2000, extra={"missing": N_("Explain the reason in plain words")})
    ]
    text_en: Annotated[
        str, msgspec.Meta(max_length=2000, extra={"missing": N_("Explain the reason in English too")})
    ]
    legal_ground: Annotated[str, msgspec.Meta(max_length=400, extra={"missing": N_("Name the legal ground")})]
    code: Annotated[str, msgspec.Meta(max_length=12)] = ""
    is_retired: bool = False

    def __post_init__(self) -> None:
        if self.code and not re.fullmatch(r"[A-Z]\d{2,4}", self.code):
            raise ValueError(N_("A code is a capital letter and two to four digits, for example R10."))


# ── works ─────────────────────────────────────────────────────────────────────
Bani = Annotated[
    int, msgspec.Meta(ge=1, le=MAX_BANI, extra={"typed": "lei", "missing": N_("Enter the amount")})
]
Why = Annotated[
    str,
    msgspec.Meta(min_length=10, max_length=1000, extra={"missing": N_("Say why; the reason is published")}),
]
Document = Annotated[
    str, msgspec.Meta(max_length=60, extra={"missing": N_("Enter the number of the document")})
]
Alt = Annotated[str, msgspec.Meta(max_length=250)]


class MilestoneForm(msgspec.Struct, frozen=True):
    """What is said of a milestone; `seen`: how many entries its author was looking at."""

    title: Title = ""
    planned_on: date | None = None
    actual_on: date | None = None
    note: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    seen: int = 0


class PaymentForm(msgspec.Struct, frozen=True):
    """What was paid."""

    amount: Bani
    purpose: Annotated[str, msgspec.Meta(max_length=200, extra={"missing": N_("Say what was paid for")})]
    document: Document
    paid_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the day of the payment")})]
    seen: int = 0


class CorrectionForm(msgspec.Struct, frozen=True):
    """How much of a payment is taken back."""

    amount: Bani
    document: Document
    reason: Why
    seen: int = 0


class WorksPhotoForm(msgspec.Struct, frozen=True):
    """What a photo of the works shows; the file comes beside it."""

    alt: Annotated[
        str,
        msgspec.Meta(
            min_length=5,
            max_length=250,
            extra={"missing": N_("Say what the photo shows, for who cannot see it")},
        ),
    ]
    taken_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Enter the day on which it was taken")})]


class WhyForm(msgspec.Struct, frozen=True):
    """Why a photo is withdrawn, or an answer hidden."""

    why: Why


class OpinionForm(msgspec.Struct, frozen=True):
    """Built as promised? Who does not say yes says what is missing. A photo comes beside it."""

    choice: Annotated[Built, msgspec.Meta(extra={"missing": N_("Choose one of the three answers")})]
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    alt: Alt = ""
    drop_photo: bool = False

    def __post_init__(self) -> None:
        if self.choice is not Built.YES and len(self.text) < 10:
            raise FormErrors({"text": Invalid(N_("Say in a sentence what is not as promised"))})


class ReplyForm(msgspec.Struct, frozen=True):
    """The department's answer to an opinion."""

    text: Annotated[
        str, msgspec.Meta(min_length=10, max_length=2000, extra={"missing": N_("Write the answer")})
    ]


# ── the costing ───────────────────────────────────────────────────────────────
class TypedLine(msgspec.Struct, frozen=True):
    """A line as typed, shown again when something is wrong."""

    description: str = ""
    quantity: str = ""
    unit: str = ""
    price: str = ""
    vat: str = str(VAT_RATES[0])
    source: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.description or self.quantity or self.price)


def typed_lines(form: Form, *, at_least: int = 3) -> list[TypedLine]:
    """The lines of the form in order, the empty ones at the end left out, filled up to `at_least`."""
    names = ("description", "quantity", "unit", "price", "vat", "source")
    lines = []
    for number in range(1, MAX_LINES + 1):
        if f"line-{number}-description" not in form:
            break
        lines.append(TypedLine(*(form.get(f"line-{number}-{name}")[:200] for name in names)))
    while lines and lines[-1].is_empty:
        lines.pop()
    return lines + [TypedLine()] * (at_least - len(lines))


def read_costing(form_type: type[Accepted], form: Form) -> tuple[Accepted, Costing]:
    """The acceptance with its lines as exact numbers. Raises: FormErrors with every field's message."""
    errors: dict[str, DomainError] = {}
    accepted: Accepted | None = None
    try:
        accepted = parse(form_type, form)
    except FormErrors as refused:
        errors |= refused.errors
    lines = []
    for number, typed in enumerate(typed_lines(form, at_least=0), start=1):
        if typed.is_empty:
            continue
        line = _read_line(f"line-{number}-", typed, errors)
        if line is not None:
            lines.append(line)
    if not lines and not any(name.startswith("line-") for name in errors):
        errors["line-1-description"] = Invalid(N_("Enter at least one line of the costing"))
    if errors or accepted is None:
        raise FormErrors(errors)
    return accepted, Costing(lines=tuple(lines), margin_percent=accepted.margin, yearly_bani=accepted.yearly)


def _read_line(prefix: str, typed: TypedLine, errors: dict[str, DomainError]) -> Line | None:
    if not typed.description:
        errors[prefix + "description"] = Invalid(N_("Say what this line pays for"))
    if not typed.unit or len(typed.unit) > 20:
        errors[prefix + "unit"] = Invalid(N_("Enter the unit, for example m² or buc."))
    if not typed.source:
        errors[prefix + "source"] = Invalid(N_("Say where the price comes from"))
    quantity = _read_quantity(typed.quantity)
    if quantity is None:
        errors[prefix + "quantity"] = Invalid(N_("Enter a quantity above zero, for example 12 or 2,5"))
    try:
        price = read_bani(typed.price)
    except Invalid as refused:
        errors[prefix + "price"] = refused
        price = 0
    if typed.vat not in {str(rate) for rate in VAT_RATES}:
        errors[prefix + "vat"] = Invalid(NOT_A_NUMBER)
    if quantity is None or any(name.startswith(prefix) for name in errors):
        return None
    return Line(
        description=typed.description,
        quantity_milli=quantity,
        unit=typed.unit,
        unit_price_bani=price,
        vat_percent=int(typed.vat),
        source=typed.source,
    )


def _read_quantity(text: str) -> int | None:
    """A quantity of at most three decimals, in thousandths; None when it is none."""
    match = re.fullmatch(r"(\d{1,7})(?:[.,](\d{1,3}))?", text.replace(" ", ""))
    if match is None:
        return None
    milli = int(match[1]) * MILLI + int((match[2] or "").ljust(3, "0"))
    return milli if 0 < milli <= MAX_QUANTITY * MILLI else None


def read_id(text: str) -> uuid.UUID | None:
    """The id in a hidden field; None when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
