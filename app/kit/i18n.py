"""Romanian and English: messages, plurals, dates, numbers, money.

English is the language of the message ids; Romanian lives in `app/locales/ro/<package>.po`, one file
a package so that each domain keeps its own words, merged when the process starts.
"""

import functools
import gettext
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from app.kit.clock import BUCHAREST

Locale = Literal["ro", "en"]
LOCALES: tuple[Locale, ...] = ("ro", "en")
LOCALES_DIR = Path(__file__).resolve().parent.parent / "locales"
_BABEL = {"ro": "ro", "en": "en_GB"}


def N_(message: str) -> str:  # noqa: N802 - the name that extraction tools know
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


@functools.cache
def translations(locale: Locale) -> gettext.NullTranslations:
    """The messages of a language; those of English are the message ids themselves."""
    if locale == "en":
        return gettext.NullTranslations()
    merged = Catalog(locale=locale, fuzzy=False)
    for path in sorted((LOCALES_DIR / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id:
                    merged[message.id] = message
    buffer = BytesIO()
    write_mo(buffer, merged)
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)


def translate(locale: Locale, message: str, **facts: object) -> str:
    """`message` in the language of `locale`, its %(name)s places filled with `facts`."""
    if not message:
        return ""
    text = translations(locale).gettext(message)
    return text % facts if facts else text


def translate_plural(locale: Locale, singular: str, plural: str, num: int, **facts: object) -> str:
    """The form that fits `num`, which also fills %(num)s."""
    return translations(locale).ngettext(singular, plural, num) % {"num": num, **facts}


# Babel takes about 30 µs a value, and a list page shows the same days, counts and sums again and again.
SHOWN = functools.lru_cache(maxsize=8192, typed=True)


@SHOWN
def show_number(value: int | float, locale: Locale) -> str:
    """1.234.567 in Romanian, 1,234,567 in English."""
    return format_decimal(value, locale=_BABEL[locale])


@SHOWN
def show_money(bani: int, locale: Locale, currency: str = "lei") -> str:
    """Integer bani as lei, with bani only when there are some: "1.234.567 lei"."""
    amount = format_decimal(
        bani // 100 if bani % 100 == 0 else bani / 100,
        locale=_BABEL[locale],
        format="#,##0" if bani % 100 == 0 else "#,##0.00",
    )
    return f"{amount}\N{NO-BREAK SPACE}{currency}"


def show_date(value: date | datetime, locale: Locale) -> str:
    """12 mai 2027, the day in Bucharest."""
    return _show_day(_day_of(value), locale)


@SHOWN
def _show_day(day: date, locale: Locale) -> str:
    return format_date(day, format="d MMMM y", locale=_BABEL[locale])


def show_datetime(value: datetime, locale: Locale) -> str:
    """12 mai 2027, ora 18:42; Bucharest time."""
    local = value.astimezone(BUCHAREST)
    at = ", ora " if locale == "ro" else ", "
    return f"{_show_day(local.date(), locale)}{at}{local:%H:%M}"


def show_hour(value: datetime) -> str:
    """18:42, Bucharest time."""
    return f"{value.astimezone(BUCHAREST):%H:%M}"


def show_weekday(value: date | datetime, locale: Locale) -> str:
    """marți, the day in Bucharest."""
    return format_date(_day_of(value), format="EEEE", locale=_BABEL[locale])


def show_month(value: date, locale: Locale) -> str:
    """februarie 2027."""
    return format_date(value, format="LLLL y", locale=_BABEL[locale])


def _day_of(value: date | datetime) -> date:
    return value.astimezone(BUCHAREST).date() if isinstance(value, datetime) else value
