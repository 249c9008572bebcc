"""Posters for stairwells: the page that offers them, and what is printed on one."""

import io
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
import segno

from app.kit.clock import local_date
from app.kit.i18n import N_, Locale, show_date, show_hour, show_weekday, translate, translate_plural
from app.kit.pdf import REGIONS
from app.kit.printing import printable
from consultations.pages.programme import Card
from consultations.queries import Chosen, Listed

MOST_POSTERS = 40  # in one file
MOST_STREETS = 8  # named on one
LONGEST_ACCESS = 160


class Paper(StrEnum):
    """The sheet."""

    A4 = "a4"
    A3 = "a3"


class PostersPage(msgspec.Struct, frozen=True, kw_only=True):
    """What can be put up. `query`: the choice, as in addresses."""

    cards: list[Card]
    chosen: Chosen
    areas: list[tuple[str, str]]
    seasons: list[tuple[str, str]]
    most: int
    query: str


class Publisher(msgspec.Struct, frozen=True, kw_only=True):
    """Who puts it up: the town hall, its number, its site, and the language of the poster."""

    district: str
    phone: str
    site: str
    locale: Locale


def day_of(rows: Sequence[Listed]) -> date:
    """The day of a file of posters: the last change of what is on them."""
    return max(local_date(one.row.changed_at or one.row.created_at) for one in rows)


def print_posters(
    rows: Sequence[tuple[Listed, str]], publisher: Publisher, paper: Paper
) -> dict[str, object]:
    """The values of `templates/print/poster.typ`; each row with the address that its code holds."""
    locale, titles = publisher.locale, [one.row.title for one, _ in rows]
    title = titles[0] if len(titles) == 1 else translate(locale, N_("Field consultations"))
    return {
        "paper": paper.value,
        "title": printable(title),
        "author": printable(publisher.district),
        "description": translate(locale, N_("A poster to put up")),
        "lang": locale,
        "region": REGIONS[locale],
        "words": {
            "what": translate(locale, N_("Come and ask. A consultation in your neighbourhood.")),
            "with": translate(locale, N_("With")),
            "streets": translate(locale, N_("For:")),
            "scan": translate(locale, N_("Reserve a place: scan the code")),
            "phone": translate(
                locale, N_("Without internet: %(phone)s"), phone=publisher.phone.replace(" ", "\u00a0")
            ),
            "just_come": translate(
                locale, N_("You can also just come: who has not reserved is let in while there are seats.")
            ),
        },
        "posters": [_poster(one, address, publisher) for one, address in rows],
    }


def _poster(one: Listed, address: str, publisher: Publisher) -> dict[str, Any]:
    row, venue, locale = one.row, one.venue, publisher.locale
    weekday = show_weekday(row.starts_at, locale)
    return {
        "number": row.number or "",
        "title": printable(row.title),
        "weekday": weekday[:1].upper() + weekday[1:],
        "day": show_date(row.starts_at, locale),
        "hours": f"{show_hour(row.starts_at)} – {show_hour(row.ends_at)}",
        "venue": printable(venue.name),
        "address": printable(f"{venue.address}, {venue.area}"),
        "access": printable(shorten(venue.access, LONGEST_ACCESS)),
        "host": printable(one.host.name),
        "office": printable(one.host.office),
        "facilities": list_facilities(one, locale),
        "streets": printable(_name_streets(row.streets.splitlines(), locale)),
        "qr": draw_code(address),
        "qr_alt": translate(locale, N_("QR code of %(address)s"), address=address),
        "look": translate(
            locale, N_("or look for %(number)s on %(site)s"), number=row.number, site=publisher.site
        ),
    }


def list_facilities(one: Listed, locale: Locale) -> list[str]:
    """What makes it possible to come, in whole words: a poster has no legend for its icons."""
    given = (
        (one.venue.is_step_free, N_("Step-free entrance")),
        (one.venue.has_toilet, N_("Toilet for wheelchair users")),
        (one.venue.has_loop, N_("Induction loop for hearing aids")),
        (one.row.has_childcare, N_("Childcare on the spot")),
    )
    words = [translate(locale, message) for is_given, message in given if is_given]
    if one.row.languages:
        said = translate(locale, N_("Also: %(languages)s"), languages=one.row.languages)
        words.append(printable(said))
    return words


def _name_streets(streets: Sequence[str], locale: Locale) -> str:
    more = len(streets) - MOST_STREETS
    named = ", ".join(streets[:MOST_STREETS])
    if more <= 0:
        return named
    return translate_plural(
        locale, "%(named)s and %(num)s more street", "%(named)s and %(num)s more streets", more, named=named
    )


def shorten(text: str, most: int) -> str:
    """Up to `most` characters, in one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


def draw_code(address: str) -> str:
    """A QR code as SVG with its quiet zone. Level Q: paper in a stairwell is torn and written upon."""
    out = io.BytesIO()
    segno.make(address, micro=False, error="q").save(
        out, kind="svg", xmldecl=False, border=4, scale=4, dark="#000", light="#fff"
    )
    return out.getvalue().decode()
