"""Forms: what people typed, read within limits, and turned into values with all errors at once.

A form is a msgspec Struct; limits stand in `Meta`. `Meta(extra={...})` may carry "missing" (the msgid when
nothing was typed) and "typed": "lei" (a Romanian amount of money, kept as integer bani). What was
typed stays in the `Form`, so that a refusal shows it again.
"""

import contextlib
import re
import types
import typing
from collections.abc import Iterable, Mapping
from io import BytesIO
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar.connection import Request
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartParser,
    parse_options_header,
)

from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.text import clean

MAX_FIELDS = 500
MAX_TEXT_BYTES = 64 * 1024  # of all that was typed into a form with files: what one without may have in all
MAX_BANI = 10**13  # a hundred billion lei: far below 2^63, far above any town's budget
T = typing.TypeVar("T", bound=msgspec.Struct)

MISSING = N_("Please fill in this field.")
TOO_LONG = N_("Please use at most %(limit)s characters.")
TOO_SHORT = N_("Please use at least %(limit)s characters.")
TOO_SMALL = N_("This must be at least %(limit)s.")
TOO_LARGE = N_("This must be at most %(limit)s.")
NOT_A_NUMBER = N_("Please write a whole number, for example 12.")
NOT_AN_AMOUNT = N_("Please write an amount in lei, for example 12500 or 12.500,50.")
NOT_A_CHOICE = N_("Please choose one of the answers offered.")
NOT_A_DATE = N_("Please write a real date, for example 2027-05-12.")
NOT_VALID = N_("Please check this field.")


class Upload(msgspec.Struct, frozen=True):
    """An uploaded file. Name and type are the client's claims: look at the content."""

    name: str
    content: bytes


class Form:
    """What was sent: text fields in order, and files."""

    def __init__(
        self, fields: Iterable[tuple[str, str]] = (), files: Iterable[tuple[str, Upload]] = ()
    ) -> None:
        self.fields = [(name, clean(value)) for name, value in fields]
        self.uploads = list(files)

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field."""
        return next((value for key, value in reversed(self.fields) if key == name), default)

    def get_all(self, name: str) -> list[str]:
        """Every value of a field that isn't empty."""
        return [value for key, value in self.fields if key == name and value]

    def files(self, name: str) -> list[Upload]:
        """The files sent under a name; empty file inputs are left out."""
        return [upload for key, upload in self.uploads if key == name and upload.content]

    def chosen(self, name: str) -> list[Upload]:
        """As `files`, with those that hold nothing, of which somebody has to be told."""
        return [upload for key, upload in self.uploads if key == name and (upload.name or upload.content)]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


async def read_form(request: Request[typing.Any, typing.Any, typing.Any]) -> Form:
    """Read the body as a form. Raises: ClientException when it isn't one."""
    body = await request.body()
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        if kind == "multipart/form-data":
            return _read_multipart(body, options.get("boundary", ""))
        if kind == "application/x-www-form-urlencoded":
            return Form(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except (MultipartError, ValueError) as error:
        raise ClientException("the form cannot be read") from error
    return Form()


def _read_multipart(body: bytes, boundary: str) -> Form:
    fields, files, typed_bytes = [], [], 0
    parser = MultipartParser(BytesIO(body), boundary, part_limit=MAX_FIELDS, memory_limit=len(body) + 1024)
    for part in parser:
        with contextlib.closing(part):
            if part.filename is not None:
                files.append((part.name, Upload(part.filename, part.raw)))
                continue
            typed_bytes += part.size
            if typed_bytes > MAX_TEXT_BYTES:  # cleaning it would keep the loop busy for a long time
                raise RequestEntityTooLarge()
            fields.append((part.name, part.value))
    return Form(fields, files)


def query_form(request: Request[typing.Any, typing.Any, typing.Any]) -> Form:
    """The query string as a form, for searches and filters."""
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return Form(pairs[:MAX_FIELDS])


def parse(form_type: type[T], form: Form) -> T:
    """Turn what was typed into a `form_type`. Empty means absent; lists take every value.

    Raises: FormErrors with a message for each field that can't be accepted. A ValueError from
    `__post_init__` becomes the message of the form as a whole; a FormErrors passes through.
    """
    hints = typing.get_type_hints(form_type, include_extras=True)
    values: dict[str, object] = {}
    errors: dict[str, DomainError] = {}
    for field in msgspec.structs.fields(form_type):
        hint = hints[field.name]
        is_list = typing.get_origin(_bare(hint)) in (list, tuple)
        typed = form.get_all(field.name) if is_list else form.get(field.name)
        if not typed and not is_list:
            if field.required:
                errors[field.name] = Invalid(_extra(hint).get("missing") or MISSING)
            continue
        try:
            values[field.name] = _convert(typed, hint)
        except Invalid as error:
            errors[field.name] = error
    if errors:
        raise FormErrors(errors)
    try:
        return form_type(**values)
    except ValueError as error:
        raise FormErrors({"": Invalid(str(error))}) from error


def _convert(typed: object, hint: object) -> object:
    extra, kind = _extra(hint), _bare(hint)
    if extra.get("typed") == "lei":
        typed = read_bani(str(typed))
    elif kind is bool:
        return str(typed).lower() in ("1", "true", "on", "yes", "da")
    elif kind is int:
        if not re.fullmatch(r"[+-]?[0-9]{1,15}", str(typed)):
            raise Invalid(NOT_A_NUMBER)
        typed = int(str(typed))
    elif kind is float:
        typed = str(typed).replace(",", ".")
    try:
        return msgspec.convert(typed, hint, strict=False)
    except msgspec.ValidationError as error:
        raise _explain(str(error), kind) from None


def _explain(problem: str, kind: object) -> Invalid:
    """The message for msgspec's complaint (in English, about JSON), by the kind of constraint."""
    if match := re.search(r"of length (<=|>=) (\d+)", problem):
        return Invalid(TOO_LONG if match[1] == "<=" else TOO_SHORT, limit=int(match[2]))
    if match := re.search(r"`(?:int|float)` (<=|>=|<|>) (-?[\d.]+)", problem):
        return Invalid(TOO_LARGE if "<" in match[1] else TOO_SMALL, limit=match[2])
    if "Invalid enum value" in problem or "Invalid UUID" in problem:
        return Invalid(NOT_A_CHOICE)
    if "date" in problem:
        return Invalid(NOT_A_DATE)
    if kind in (int, float):
        return Invalid(NOT_A_NUMBER)
    return Invalid(NOT_VALID)


def read_bani(typed: str) -> int:
    """An amount as Romanians write it ("12.500,50", "12 500", "12500 lei") in bani. Raises: Invalid."""
    text = re.sub(r"(?i)\s|lei|ron|\u00a0", "", typed)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+(,[0-9]{1,2})?|[0-9]+(,[0-9]{1,2})?", text):
        whole, _, part = text.replace(".", "").partition(",")
    elif re.fullmatch(r"[0-9]+\.[0-9]{1,2}", text):
        whole, _, part = text.partition(".")
    else:
        raise Invalid(NOT_AN_AMOUNT)
    if len(whole) > 12:
        raise Invalid(NOT_AN_AMOUNT)
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _bare(hint: object) -> object:
    """The type under Annotated and Optional."""
    if typing.get_origin(hint) is typing.Annotated:
        return _bare(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(_bare(arg) for arg in typing.get_args(hint) if arg is not type(None))
    return hint


def _extra(hint: object) -> Mapping[str, str]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next((_extra(arg) for arg in typing.get_args(hint) if _extra(arg)), {})
    if typing.get_origin(hint) is typing.Annotated:
        for part in typing.get_args(hint)[1:]:
            if isinstance(part, msgspec.Meta) and part.extra:
                return part.extra
    return {}


def typed_id(typed: str) -> UUID:
    """An id as a form brought it; zero, which nothing has, for anything that is none."""
    try:
        return UUID(typed)
    except ValueError:
        return UUID(int=0)


def whole_number(typed: str) -> int:
    """A count or a place as it was typed; 0 for anything that is none."""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0
