"""What an amendment may bring about elsewhere in the text, in words; and those that say nearly the same."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from amendments.models import AmendmentRow
from amendments.text.labels import cite
from amendments.text.likeness import Likeness, likest
from amendments.text.meaning import Code, Warning, warnings_about
from amendments.text.operations import Amendment
from amendments.text.refused import Refused
from amendments.text.units import Version
from app.kit.i18n import N_, Locale

SHOWN = 4  # of one kind; the rest is counted
WORDS: dict[Code, str] = {
    "refers_to_removed": N_("%(place)s refers to “%(said)s”, which would be gone."),
    "refers_to_renumbered": N_("%(place)s refers to “%(said)s”, which would have another number."),
    "term_changed": N_("“%(said)s” is a term that is also used in: %(others)s."),
    "same_number": N_("“%(said)s” stays as it is in: %(others)s."),
    "opposed_numbers": N_("“%(said)s” is raised by some and lowered by others."),
}


class WarningView(msgspec.Struct, frozen=True, kw_only=True):
    """A warning as a sentence with its facts; `more`: how many of its kind are not shown after it."""

    words: str
    said: str
    place: str
    others: str
    more: int = 0


async def view_warnings(version: Version, amendment: Amendment, locale: Locale) -> list[WarningView]:
    """What may be wrong elsewhere, the first few of each kind. None for what cannot be carried out.

    References of a long law take a moment to find, so the server answers others meanwhile.
    """
    try:
        found = await asyncio.to_thread(warnings_about, version, amendment)
    except Refused:
        return []
    counts = Counter(one.code for one in found)
    views: list[WarningView] = []
    seen: Counter[Code] = Counter()
    for one in found:
        seen[one.code] += 1
        if seen[one.code] <= SHOWN:
            more = counts[one.code] - SHOWN if seen[one.code] == SHOWN else 0
            views.append(_view(version, one, locale, more))
    return views


def _view(version: Version, warning: Warning, locale: Locale, more: int) -> WarningView:
    return WarningView(
        words=WORDS[warning.code],
        said=warning.said,
        place=_capital(cite(version, warning.unit, locale)),
        others=", ".join(cite(version, other, locale) for other in warning.others if other in version),
        more=more,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def view_near(
    amendment: Amendment, others: Iterable[Amendment], rows: Mapping[str, AmendmentRow]
) -> Sequence[tuple[str, str, int]]:
    """(number, address, percent) of those that say nearly the same at the same place, the likest first."""
    found: list[tuple[str, str, int]] = []
    for one in likest(amendment, others)[:SHOWN]:
        row = rows[_other(amendment, one)]
        found.append((row.number or "", f"/acts/{row.act_id}/amendments/{row.id}", one.percent))
    return found


def _other(amendment: Amendment, one: Likeness) -> str:
    return one.second if one.first == amendment.id else one.first
