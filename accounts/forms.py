"""What people type about themselves and others, with its limits."""

import re
from typing import Annotated, Literal

import msgspec

from accounts.rules import find_weakness
from accounts.states import Role
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_

# No signs that mean something in a list of recipients: "x,ana@exemplu.ro" would write to Ana.
_PART = r"[^@\s.,;:<>()\[\]\"\\]"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_PART}+(\.{_PART}+)*@{_PART}+(\.{_PART}+)+")
BAD_EMAIL = N_("Write an e-mail address like nume@exemplu.ro.")
Email = Annotated[str, msgspec.Meta(max_length=254, extra={"missing": N_("Write your e-mail address.")})]
Name = Annotated[str, msgspec.Meta(min_length=2, max_length=120, extra={"missing": N_("Write your name.")})]
# Not limited here but by the rules of passwords: a limit on what is typed at sign-in would tell about them.
Password = Annotated[str, msgspec.Meta(max_length=1000, extra={"missing": N_("Write your password.")})]
Code = Annotated[str, msgspec.Meta(max_length=60, extra={"missing": N_("Write the code.")})]
Cnp = Annotated[str, msgspec.Meta(max_length=40, extra={"missing": N_("Write the CNP, 13 digits.")})]
Area = Annotated[str, msgspec.Meta(max_length=80, extra={"missing": N_("Write the neighbourhood.")})]
Reason = Annotated[
    str, msgspec.Meta(min_length=5, max_length=500, extra={"missing": N_("Write the reason.")})
]


def check_email(email: str) -> DomainError | None:
    """What is wrong with the form of an address; whether it exists, only a message can tell."""
    return None if _EMAIL.fullmatch(email) else Invalid(BAD_EMAIL)


def _refuse(**errors: DomainError | None) -> None:
    found = {name: error for name, error in errors.items() if error is not None}
    if found:
        raise FormErrors(found)


class SignUpForm(msgspec.Struct, frozen=True):
    """A new account."""

    name: Name
    email: Email
    password: Password

    def __post_init__(self) -> None:
        weakness = find_weakness(self.password, email=self.email, name=self.name)
        _refuse(email=check_email(self.email), password=Invalid(weakness) if weakness else None)


class EmailForm(msgspec.Struct, frozen=True):
    """An address alone."""

    email: Email

    def __post_init__(self) -> None:
        _refuse(email=check_email(self.email))


class SignInForm(msgspec.Struct, frozen=True):
    """Address and password; their form isn't judged here."""

    email: Email
    password: Password


class PasswordForm(msgspec.Struct, frozen=True):
    """The password once more."""

    password: Password


class NewPasswordForm(msgspec.Struct, frozen=True):
    """A new password from a link."""

    new_password: Annotated[
        str, msgspec.Meta(max_length=1000, extra={"missing": N_("Choose a new password.")})
    ]


class ChangePasswordForm(msgspec.Struct, frozen=True):
    """The old password and a new one."""

    password: Password
    new_password: Annotated[
        str, msgspec.Meta(max_length=1000, extra={"missing": N_("Choose a new password.")})
    ]


class ChangeEmailForm(msgspec.Struct, frozen=True):
    """Another address."""

    email: Email
    password: Password

    def __post_init__(self) -> None:
        _refuse(email=check_email(self.email))


class CodeForm(msgspec.Struct, frozen=True):
    """A code of any kind."""

    code: Code


class EnrolForm(msgspec.Struct, frozen=True):
    """Turning on, or replacing, the second factor."""

    sealed: Annotated[str, msgspec.Meta(max_length=500)]
    code: Code
    password: Password
    current_code: Annotated[str, msgspec.Meta(max_length=60)] = ""


class PasswordAndCodeForm(msgspec.Struct, frozen=True):
    """What dangerous steps ask for; the code only where there is a second factor."""

    password: Password
    code: Annotated[str, msgspec.Meta(max_length=60)] = ""


class PreferencesForm(msgspec.Struct, frozen=True):
    """Name and language."""

    name: Name
    locale: Literal["ro", "en"]


class LetterForm(msgspec.Struct, frozen=True, kw_only=True):
    """An address in the district, and who asks."""

    street: Annotated[str, msgspec.Meta(max_length=80, extra={"missing": N_("Write the street.")})]
    number: Annotated[str, msgspec.Meta(max_length=12, extra={"missing": N_("Write the number.")})]
    block: Annotated[str, msgspec.Meta(max_length=12)] = ""
    stair: Annotated[str, msgspec.Meta(max_length=12)] = ""
    floor: Annotated[str, msgspec.Meta(max_length=12)] = ""
    flat: Annotated[str, msgspec.Meta(max_length=12)] = ""
    postcode: Annotated[str, msgspec.Meta(max_length=6)] = ""
    area: Area
    cnp: Cnp

    def __post_init__(self) -> None:
        if self.postcode and not re.fullmatch(r"[0-9]{6}", self.postcode):
            raise FormErrors({"postcode": Invalid(N_("A postcode has 6 digits."))})

    def lines(self) -> list[str]:
        """The address as it stands on the envelope, in Romanian as the post expects it."""
        parts = [
            f"{label} {value}"
            for label, value in (
                ("bl.", self.block),
                ("sc.", self.stair),
                ("et.", self.floor),
                ("ap.", self.flat),
            )
            if value
        ]
        return [f"{self.street} nr. {self.number}", ", ".join(parts), f"{self.postcode} București".strip()]


class SearchForm(msgspec.Struct, frozen=True):
    """Whom the officer has in front of them."""

    who: Annotated[
        str, msgspec.Meta(max_length=254, extra={"missing": N_("Write the e-mail address or the desk code.")})
    ]


class VerifyForm(msgspec.Struct, frozen=True):
    """What the officer reads off the identity document."""

    cnp: Cnp
    area: Area
    is_seen: Annotated[
        bool, msgspec.Meta(extra={"missing": N_("Confirm that you have seen the identity document.")})
    ]


class OpenAtDeskForm(msgspec.Struct, frozen=True):
    """Somebody at the desk who has no e-mail address."""

    name: Name
    cnp: Cnp
    area: Area
    is_seen: Annotated[
        bool, msgspec.Meta(extra={"missing": N_("Confirm that you have seen the identity document.")})
    ]


class ReasonForm(msgspec.Struct, frozen=True):
    """Why."""

    reason: Reason


class GiveRoleForm(msgspec.Struct, frozen=True):
    """A role for somebody."""

    email: Email
    role: Annotated[Role, msgspec.Meta(extra={"missing": N_("Choose a role.")})]
    office: Annotated[
        str,
        msgspec.Meta(
            min_length=2, max_length=120, extra={"missing": N_("Write the department or position.")}
        ),
    ]
    reason: Reason


class TakeRoleForm(msgspec.Struct, frozen=True):
    """A role to be taken away."""

    role: Role
    reason: Reason
