"""What staff type of an idea that came without the web, and who claims one."""

import uuid
from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal

import msgspec

from accounts.forms import Email, check_email
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import MAX_BANI, Form, parse, typed_id
from app.kit.i18n import N_
from proposals.forms import LATITUDES, LONGITUDES, Body, Title
from proposals.states import Channel

SENDER = ("channel", "received_on", "account", "name", "email", "phone", "address")


class EntryForm(msgspec.Struct, frozen=True, kw_only=True):
    """The paper form but for who sent it. What an idea must have is checked when it is sent
    (`find_missing`).
    """

    channel: Annotated[Channel, msgspec.Meta(extra={"missing": N_("Choose how the idea came")})]
    received_on: Annotated[
        date, msgspec.Meta(extra={"missing": N_("Write the day on which it was received")})
    ]
    shown_as: Annotated[
        Literal["name", "resident"],
        msgspec.Meta(extra={"missing": N_("Choose how the author is named in public")}),
    ]
    title: Title = ""
    body: Body = ""
    lang: Literal["ro", "en", "hu", "rom"] = "ro"
    area: uuid.UUID | None = None
    location: Annotated[str, msgspec.Meta(max_length=300)] = ""
    landmark: Annotated[str, msgspec.Meta(max_length=200)] = ""
    latitude: Annotated[float, msgspec.Meta(ge=LATITUDES[0], le=LATITUDES[1])] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=LONGITUDES[0], le=LONGITUDES[1])] | None = None
    estimate: Annotated[int, msgspec.Meta(ge=0, le=MAX_BANI, extra={"typed": "lei"})] | None = None

    def __post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise FormErrors({"latitude": Invalid(N_("Give both latitude and longitude, or neither."))})


class IntakeForm(EntryForm, frozen=True, kw_only=True):
    """An entry for somebody of whom nothing is known yet."""

    name: Annotated[
        str, msgspec.Meta(min_length=3, max_length=120, extra={"missing": N_("Write who sent the idea")})
    ]
    is_resident: Annotated[
        bool, msgspec.Meta(extra={"missing": N_("Only residents of the district send ideas: check it first")})
    ]
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    address: Annotated[str, msgspec.Meta(max_length=300)] = ""

    def __post_init__(self) -> None:
        refused = check_email(self.email) if self.email else None
        if refused is not None:
            raise FormErrors({"email": refused})
        super().__post_init__()


class KnownForm(EntryForm, frozen=True, kw_only=True):
    """An entry for somebody whose account says all that is asked otherwise. `account`: its e-mail address, or
    the code that its owner shows at the desk.
    """

    account: Annotated[str, msgspec.Meta(max_length=254)]


def read_entry(form: Form, areas: Collection[uuid.UUID]) -> tuple[dict[str, object], dict[str, object]]:
    """Who brought the idea (for `service.find_sender`), and the idea itself as a draft has it: of somebody
    whose account is named nothing else is asked. `areas`: of the cycle. Raises: FormErrors.
    """
    typed = parse(KnownForm if form.get("account") else IntakeForm, form)
    fields = msgspec.structs.asdict(typed)
    if typed_id(form.get("form")).int == 0:
        raise FormErrors({"": Invalid(N_("This form is incomplete. Open it again."))})
    fields.pop("is_resident", None)
    who = {name: fields.pop(name) for name in SENDER if name in fields}
    who["is_named"] = fields.pop("shown_as") == "name"
    fields["area_id"], fields["estimate_bani"] = fields.pop("area"), fields.pop("estimate")
    if fields["area_id"] is not None and fields["area_id"] not in areas:
        raise FormErrors({"area": Invalid(N_("Choose an area of this cycle"))})
    return who, fields


class PaperForm(msgspec.Struct, frozen=True):
    """What the author of an unclaimed idea sent; what each kind needs is asked when it is entered."""

    kind: Annotated[
        Literal["answer", "contestation", "withdrawal"],
        msgspec.Meta(extra={"missing": N_("Choose what the author sent")}),
    ]
    channel: Annotated[Channel, msgspec.Meta(extra={"missing": N_("Choose how it came")})]
    received_on: Annotated[
        date, msgspec.Meta(extra={"missing": N_("Write the day on which it was received")})
    ]
    text: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class ToldForm(msgspec.Struct, frozen=True):
    """How and when an author without e-mail was told."""

    how: Annotated[
        Literal["post", "phone", "desk"],
        msgspec.Meta(extra={"missing": N_("Choose how the author was told")}),
    ]
    told_on: Annotated[
        date, msgspec.Meta(extra={"missing": N_("Write the day of the letter, the call or the visit")})
    ]


class InviteForm(msgspec.Struct, frozen=True):
    """Whom the author asks to be a co-author."""

    email: Email

    def __post_init__(self) -> None:
        refused = check_email(self.email)
        if refused is not None:
            raise FormErrors({"email": refused})


class ClaimForm(msgspec.Struct, frozen=True):
    """The two lines of the letter."""

    number: Annotated[str, msgspec.Meta(max_length=30, extra={"missing": N_("Write the number of the idea")})]
    code: Annotated[str, msgspec.Meta(max_length=40, extra={"missing": N_("Write the code of the letter")})]
