"""Numbers that are not in the text of a file but counted by the program that shows it."""

from amendments.text.labels import to_letter, to_roman

MAX_LETTERS = 780  # thirty times z: office programs write no more of them
MAX_ROMAN = 3_999
MAX_AROUND = 60  # characters that a list level may have around its numbers


def read_count(value: str | None, default: int) -> int:
    """A number that a file states, of at most six figures; anything else counts as not stated."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 7 else default


def write_counter(style: str, number: int) -> str:
    """A number in one of the figures that Word and LibreOffice know; arabic for those they do not share, and
    where there are no letters or roman figures for it.
    """
    match style:
        case "lowerLetter" | "a" if 0 < number <= MAX_LETTERS:
            return to_letter(number)
        case "upperLetter" | "A" if 0 < number <= MAX_LETTERS:
            return to_letter(number).upper()
        case "lowerRoman" | "i" if 0 < number <= MAX_ROMAN:
            return to_roman(number).lower()
        case "upperRoman" | "I" if 0 < number <= MAX_ROMAN:
            return to_roman(number)
        case "decimalZero":
            return f"{number:02d}"
        case _:
            return str(number)


class Counters:
    """The running numbers of one list, level by level."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def next(self, level: int, start: int) -> int:
        """The next number of a level; deeper levels begin again."""
        self._numbers[level] = self._numbers.get(level, start - 1) + 1
        for deeper in [one for one in self._numbers if one > level]:
            del self._numbers[deeper]
        return self._numbers[level]

    def at(self, level: int, start: int) -> int:
        """The number that a level shows now."""
        return self._numbers.get(level, start)

    def restart(self, level: int) -> None:
        """The level begins again."""
        self._numbers.pop(level, None)
