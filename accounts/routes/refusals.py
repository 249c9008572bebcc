"""A refusal beside the field it concerns, so that a form can be shown again with what was typed."""

from accounts import errors
from app.kit.context import Ctx
from app.kit.errors import DomainError, FormErrors
from app.kit.web import error_text, field_errors

FIELDS: dict[type[DomainError], str] = {
    errors.SignInRefused: "password",
    errors.WrongPassword: "password",
    errors.WeakPassword: "new_password",
    errors.WrongCode: "code",
    errors.InvalidCnp: "cnp",
    errors.TooYoung: "cnp",
    errors.PersonAlreadyVerified: "cnp",
    errors.PersonClosedAccount: "cnp",
    errors.NoSuchPerson: "email",
    errors.RoleAlreadyGiven: "role",
}


def explain(ctx: Ctx, error: DomainError) -> dict[str, str]:
    """The messages of a refused form by field; what concerns no field stands under ""."""
    if isinstance(error, FormErrors):
        return field_errors(ctx.locale, error)
    return {FIELDS.get(type(error), ""): error_text(ctx.locale, error)}
