"""What a paragraph of a Romanian act is, from how it begins."""

import re
from typing import NamedTuple

from amendments.text.labels import from_roman
from amendments.text.tokens import fold
from amendments.text.units import UnitType

_N = r"\d+(?:\^\d+)?"
_END = r"(?:\s*[-:.](?=\s|$))*\s*"  # „Art. 5. - ”
_GROUP_WORDS: tuple[tuple[UnitType, str], ...] = (
    ("part", "partea"),
    ("title_group", "titlul"),
    ("chapter", r"capitolul|cap\."),
    ("section", "secțiunea|sectiunea"),
)
_GROUPS = tuple(
    (
        type,
        re.compile(rf"(?:{words})\s+(?:a\s+)?([IVXLC]+(?:\^\d+)?|\d+(?:\^\d+)?)(?:-a)?(?![\w-]){_END}", re.I),
    )
    for type, words in _GROUP_WORDS
)
_ARTICLE = re.compile(rf"(?:art\.|articolul|articol)\s*({_N}|[IVXLC]+|unic)(?![\w^-]){_END}", re.I)
_ALIN = re.compile(rf"\(({_N})\)\s*")
_LIT = re.compile(r"([a-zăâîșț]{1,2}(?:\^\d+)?)\)\s*")
_PCT = re.compile(rf"({_N})\.\s+(?=\S)")
_ANNEX = re.compile(r"anex[aă]\b\s*(?:nr\.?\s*)?(\d+(?:\^\d+)?|[IVXLC]+)?(?!\w)\s*", re.I)
_NOTE = re.compile(r"\((?:la )?\d\d[-.]\d\d[-.]\d{4}[,)]|(?:notă|nota)\s*:", re.I)
_TITLE = re.compile(
    r"(?:proiect de\s+)?(?:h ?o ?t ?ă ?r ?[âî] ?r ?e|lege|ordonanță|ordin|dispoziție|constituție|regulament)",
    re.I,
)
_TITLE_GOES_ON = re.compile(r"(?:privind|cu privire la|referitoare? la|pentru)\b", re.I)
_RECITAL = re.compile(
    r"(?:având în vedere|văzând|luând (?:în considerare|act)|ținând (?:cont|seama)|analizând|constatând|"
    r"examinând|considerând|urmare|conform|potrivit|în conformitate)\b", re.I
)  # fmt: skip
_LEGAL_BASIS = re.compile(r"în (?:temeiul|baza)\b", re.I)
_ENACTING = {"hotărăște", "hotărește", "hotărâște", "decide", "dispune", "adoptă", "ordonă", "emite"}
_SIGNATURE = re.compile(
    r"(?:președinte(?:le)? de ședință|contrasemnează|secretar(?:ul)? general|primar|inițiator)\b", re.I
)


class Found(NamedTuple):
    """A numbered unit: its type, its number, and where its own text begins."""

    type: UnitType
    label: str
    start: int


def numbered(text: str) -> Found | None:
    """The numbered unit that a paragraph begins, if it begins one."""
    said = fold(text)
    for type, pattern in _GROUPS:
        if (match := pattern.match(said)) and _is_heading(said[match.end() :]):
            return Found(type, _group_label(type, match[1]), match.end())
    if match := _ARTICLE.match(said):
        label = "" if match[1].lower() == "unic" else match[1]
        return Found("article", label, match.end())
    if match := _ALIN.match(said):
        return Found("alin", match[1], match.end())
    if match := _LIT.match(said):
        return Found("lit", match[1], match.end())
    if match := _PCT.match(said):
        return Found("pct", match[1], match.end())
    if (match := _ANNEX.match(said)) and _is_heading(said[match.end() :]) and not said.endswith(","):
        return Found("annex", match[1] or "", match.end())
    return None


def _is_heading(rest: str) -> bool:
    """Whether what follows „Capitolul I” is its name, not the rest of a sentence about it."""
    return len(rest) <= 300 and not rest.rstrip().endswith((".", ";", ":")) and not _VERB.match(rest)


_VERB = re.compile(
    r"(?:din|și|se|este|sunt|face|fac|la prezent|cuprinde|prevede|prevăzut\w*|alin|art)\b", re.I
)


def _group_label(type: UnitType, label: str) -> str:
    """Sections are numbered in arabic figures whatever the file has: „a II-a” is 2."""
    label = label.upper()
    if type == "section" and (number := from_roman(label)):
        return str(number)
    return label


def unnumbered(text: str) -> UnitType | None:
    """What a paragraph without number is, where its words say it."""
    said = fold(text)
    compact = "".join(said.split()).strip(":.-").lower()
    if compact in _ENACTING:
        return "enacting"
    for type, pattern in (
        ("note", _NOTE),
        ("recital", _RECITAL),
        ("legal_basis", _LEGAL_BASIS),
        ("signature", _SIGNATURE),
        ("title", _TITLE),
    ):
        if pattern.match(said):
            return type  # type: ignore[return-value]
    return None


def continues_title(text: str) -> bool:
    """Whether a paragraph goes on with a title, as „privind …” does."""
    return _TITLE_GOES_ON.match(fold(text)) is not None
