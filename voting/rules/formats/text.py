"""What all election files have in common: their text, the numbers in it, and the error that names a line."""

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal, localcontext

FILE_LIMIT = 64 * 1024 * 1024  # bytes; the largest known file has 10 MB, and reading takes many times that
MAX_SHOWN = 40  # characters of a wrong value repeated in an error
MAX_NUMBER = Decimal(10) ** 15
MAX_PRECISION = 200_000  # digits: longer than a value of a file can be, so that nothing is rounded silently

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_LINE_BREAKS = re.compile(r"[\r\n]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")


@contextmanager
def without_collecting() -> Iterator[None]:
    """While a hundred thousand papers are made, none of which refers to another: the garbage collector would
    look through all of them again and again, for a third of the time, and find nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class MalformedFile(ValueError):
    """A file that cannot be read without guessing: the line (1-based) and a reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def text_of(raw: bytes) -> str:
    """The text of a UTF-8 file. Raises: MalformedFile."""
    if len(raw) > FILE_LIMIT:
        raise MalformedFile(1, "the file is too large")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise MalformedFile(line, "not UTF-8 text") from problem
    if "\x00" in text:
        raise MalformedFile(text.count("\n", 0, text.index("\x00")) + 1, "a NUL character")
    return text


def old_text_of(raw: bytes, notes: list[str]) -> str:
    """The text of a file in UTF-8 or, as older ones have it, Latin-1, which is noted. Raises: MalformedFile
    for bytes that are text in neither.
    """
    try:
        text = text_of(raw)
    except MalformedFile as problem:
        if not isinstance(problem.__cause__, UnicodeDecodeError):
            raise
        text = raw.decode("latin-1")
        notes.append("not UTF-8: read as Latin-1")
    if control := _CONTROLS.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise MalformedFile(line, "a control character: not text in UTF-8 or Latin-1")
    return text


def lines_of(text: str) -> list[str]:
    """The lines of a text, ended in any of the three usual ways and by nothing else, without outer spaces."""
    return [line.strip() for line in _LINE_ENDS.split(text)]


def one_line(text: str) -> str:
    """A value as it is read and written: without outer spaces, its line breaks as spaces."""
    text = text.strip()
    return _LINE_BREAKS.sub(" ", text) if "\n" in text or "\r" in text else text


def shown(text: str) -> str:
    """A wrong value for an error message, cut where it is long."""
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")


def repeated(names: Iterable[str]) -> str | None:
    """The first name that occurs again."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def count_of(text: str, line: int, what: str, *, most: int) -> int:
    """A plain whole number from 0 to `most`. Raises: MalformedFile."""
    if not (text.isascii() and text.isdecimal()):
        raise MalformedFile(line, f"{what} {shown(text)} is not a whole number")
    if len(text.lstrip("0")) > len(str(most)) or int(text) > most:
        raise MalformedFile(line, f"{what} {shown(text)} is more than {most}")
    return int(text)


def decimal_of(text: str, line: int, what: str) -> Decimal:
    """An amount with a decimal point or a decimal comma; spaces may group digits, a point may when a comma
    follows.
    """
    clean = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if clean.count(",") == 1 and "." in clean and clean.rindex(".") < clean.index(","):
        clean = clean.replace(".", "")
    if "," in clean:
        whole, _, rest = clean.partition(",")
        if "." in clean or "," in rest or (len(rest) == 3 and whole.lstrip("-") != "0"):
            raise MalformedFile(line, f"{what} {shown(text)} can be read in two ways")
        clean = f"{whole}.{rest}"
    if not _NUMBER.fullmatch(clean):
        raise MalformedFile(line, f"{what} {shown(text)} is not a number")
    value = Decimal(clean)
    if abs(value) > MAX_NUMBER:
        raise MalformedFile(line, f"{what} {shown(text)} is out of range")
    return value


def minor_of(text: str, scale: int, line: int, what: str) -> int:
    """An amount in minor units, `scale` of them a unit."""
    units = decimal_of(text, line, what)
    with localcontext(prec=MAX_PRECISION):
        minor = units * scale
        if minor != minor.to_integral_value():
            raise MalformedFile(line, f"{what} {shown(text)} has parts smaller than a minor unit")
    return int(minor)


def whole_of(text: str, line: int, what: str) -> int:
    """A whole number of either sign, however it is written. Raises: MalformedFile."""
    value = decimal_of(text, line, what)
    if value != value.to_integral_value():
        raise MalformedFile(line, f"{what} {shown(text)} is not a whole number")
    return int(value)
