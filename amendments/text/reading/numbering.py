"""Numbers that are not in the text of a file but counted by the program that shows it."""

from amendments.text.labels import to_letter, to_roman


def write_counter(style: str, number: int) -> str:
    """A number in one of the figures that Word and LibreOffice know; arabic for those they do not share."""
    if number < 1:
        return str(number)
    match style:
        case "lowerLetter" | "a":
            return to_letter(number)
        case "upperLetter" | "A":
            return to_letter(number).upper()
        case "lowerRoman" | "i":
            return to_roman(number).lower()
        case "upperRoman" | "I":
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
