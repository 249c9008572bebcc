"""What can be refused here."""

from accounts.rules import InvalidCnp
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.i18n import N_

__all__ = [
    "AlreadyVerified",
    "InvalidCnp",
    "LetterOnItsWay",
    "LinkOver",
    "NoSuchPerson",
    "NotVerified",
    "PersonAlreadyVerified",
    "PersonClosedAccount",
    "RoleAlreadyGiven",
    "RoleNotGiven",
    "SignInOver",
    "SignInRefused",
    "TooManyLetters",
    "TooYoung",
    "WeakPassword",
    "WrongCode",
    "WrongPassword",
]


class SignInRefused(Invalid):
    """One message whatever was wrong: it does not tell whether an account exists."""

    default = N_("The e-mail address or the password is not right.")


class SignInOver(Conflict):
    default = N_("This took too long, or the code was wrong too often. Please sign in again.")


class WrongPassword(Invalid):
    default = N_("The password is not right.")


class WrongCode(Invalid):
    default = N_("The code is not right. Codes change every 30 seconds and work once.")


class WeakPassword(Invalid):
    default = N_("This password is too easy to guess. Choose another one.")


class LinkOver(NotFound):
    default = N_("This link is no longer valid. Links work once and for a short time; ask for a new one.")


class TooYoung(Invalid):
    default = N_("This person is under 18. Their residence can be verified from %(day)s.")


class AlreadyVerified(Conflict):
    default = N_("This residence is already verified.")


class NotVerified(Conflict):
    default = N_("There is no verification to withdraw.")


class PersonAlreadyVerified(Conflict):
    """Says nothing of the other account: not even an officer needs to know whose it is."""

    default = N_(
        "This person already has a verified account. If they cannot use it any more, "
        "an administrator withdraws that verification first."
    )


class PersonClosedAccount(Conflict):
    default = N_(
        "This person closed a verified account on %(closed)s. A new one can be verified from %(day)s, "
        "so that nobody takes part twice."
    )


class LetterOnItsWay(Conflict):
    default = N_("A letter is already on its way. Cancel it first if the address is wrong.")


class TooManyLetters(Conflict):
    default = N_(
        "Three letters were asked for in the last 90 days. Please come to the residence desk instead."
    )


class NoSuchPerson(Invalid):
    default = N_("We found no account with this e-mail address or desk code.")


class RoleAlreadyGiven(Conflict):
    default = N_("This person already has this role.")


class RoleNotGiven(Forbidden):
    default = N_("This person does not have this role.")
