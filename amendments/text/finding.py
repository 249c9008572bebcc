"""Where a reader wants to go: a numbered line, as on the paper in their hands, or a part as they cite it."""

import re
import unicodedata

from amendments.text.labels import Language, cite, written_label
from amendments.text.lines import Layout
from amendments.text.refused import NoSuchLine
from amendments.text.units import Version

LONGEST = 200  # characters of what is asked for; no citation is longer
_NOWHERE = frozenset({"act", "row"})  # units that no page shows by themselves
_WORD = re.compile(r"[a-z]+|\d+(?:\^\d+)?")
_LINE = re.compile(r"(?:rd|randul|randurile|line|lines)?\W*(\d{1,9})\b(?:\W+\d+)?\W*")
_SHORT = {
    **dict.fromkeys(("articol", "articolul", "article"), "art"),
    **dict.fromkeys(("al", "alineat", "alineatul", "para", "paragraph"), "alin"),
    **dict.fromkeys(("litera", "point"), "lit"),
    **dict.fromkeys(("punct", "punctul", "item"), "pct"),
    **dict.fromkeys(("anexa", "annex"), "anex"),
    **dict.fromkeys(("nr", "no", "numarul", "the", "of"), ""),
}


def find_place(version: Version, layout: Layout, asked: str) -> str | None:
    """The unit that is meant by „128”, „rd. 128”, „art. 5 alin. (2)” or the like: one that is cited so; else
    the first that is cited so in part, like a table of an annex.
    """
    asked = asked[:LONGEST]
    if found := _LINE.fullmatch(_plain(asked).strip()):
        try:
            return layout.unit_at_line(int(found[1]))
        except NoSuchLine:
            return None
    wanted = _words(asked)
    if not wanted:
        return None
    cited: dict[str, list[tuple[str, ...]]] = {
        unit.id: [_words(cite(version, unit.id, language)) for language in _LANGUAGES]
        for unit in version.units
        if unit.type not in _NOWHERE and (unit.text or unit.type == "table" or written_label(unit))
    }
    exact = (id for id, names in cited.items() if wanted in names)
    partly = (id for id, names in cited.items() if any(_holds(one, wanted) for one in names))
    return next(exact, None) or next(partly, None)


_LANGUAGES: tuple[Language, ...] = ("ro", "en")


def _plain(text: str) -> str:
    """Small letters without diacritics."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def _words(text: str) -> tuple[str, ...]:
    found = (_SHORT.get(word, word) for word in _WORD.findall(_plain(text)))
    return tuple(word for word in found if word)


def _holds(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether words stand in others, together and in their order."""
    size = len(wanted)
    return any(words[at : at + size] == wanted for at in range(len(words) - size + 1))
