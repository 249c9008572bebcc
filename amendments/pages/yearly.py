"""The yearly report on decisional transparency, as a page, as CSV and as plain values to be printed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from amendments.models import YearlyEntry, YearlyReport
from amendments.pages.printed import heading, paragraph, table_block
from amendments.rules.yearly import ENTERED, FIGURES, FORM, LAW, Figure, missing
from app.kit.i18n import N_, Locale, show_date, translate
from app.kit.pdf import Imprint, print_frame
from app.kit.policy import Verdict

TITLE = N_("Report on decisional transparency, %(year)s")
WORDS: dict[str, str] = {
    "a": N_("Recommendations received"),
    "b": N_("Recommendations included in drafts and in decisions"),
    "c": N_("Participants at public sittings and debates"),
    "c_debates": N_("… at public debates, by their published minutes"),
    "c_sittings": N_("… at public sittings"),
    "d": N_("Public debates held on drafts"),
    "e": N_("Court cases against the authority for breaches of the law on transparency"),
    "f": N_("Own evaluation of the partnership with citizens and their associations"),
    "g": N_("Sittings that were not public"),
    "g_reasons": N_("Why those sittings were not public"),
    "A1": N_("Drafts adopted"),
    "A2": N_("Drafts announced in public, on this site"),
    "A2_seat": N_("… also displayed at the seat"),
    "A2_media": N_("… also announced in the media"),
    "A3_persons": N_("Requests for information on drafts, by persons"),
    "A3_associations": N_("Requests for information on drafts, by associations"),
    "A4": N_("Drafts sent to persons who had asked for them"),
    "A5": N_("Drafts sent to associations"),
    "A6": N_("Persons responsible for relations with civil society"),
    "A7": N_("Recommendations received, in all"),
    "A8": N_("Recommendations included, in all"),
    "A9": N_("Meetings asked for by associations and other authorities"),
    "A10": N_("Drafts adopted without public debate"),
}
MARKS = {
    "c_debates": "c",
    "c_sittings": "c",
    "g_reasons": "g",
    "A2_seat": "A2",
    "A2_media": "A2",
    "A3_persons": "A3",
    "A3_associations": "A3",
}
"""Under which letter or number of the law and of the form a figure stands, where it has another key."""


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with where it comes from. `by` and `at`: who entered it, for the secretariat."""

    key: str
    mark: str
    title: str
    value: str
    kind: str
    is_known: bool
    is_required: bool
    by: str = ""
    at: datetime | None = None


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """A published report."""

    position: int
    published_at: datetime
    by: str
    reason: str
    sha256: str


class YearPage(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a year: as it was published last, or the figures counted so far."""

    year: int
    law: list[FigureView]
    form: list[FigureView]
    published: list[ReportView]
    may_enter: bool
    may_publish: Verdict
    to_enter: list[FigureView]
    is_complete: bool
    reason: str = ""
    errors: dict[str, str] = {}


class YearsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The years that have a report."""

    years: list[int]


def view_figures(
    figures: Sequence[Figure], values: Mapping[str, str], entries: Mapping[str, YearlyEntry] | None = None
) -> list[FigureView]:
    """Figures with their values; with who entered them, for those who see that."""
    found = entries or {}
    return [
        FigureView(
            key=one.key,
            mark=MARKS.get(one.key, one.key),
            title=WORDS[one.key],
            value=values.get(one.key, ""),
            kind=one.kind,
            is_known=one.is_known,
            is_required=one.is_required,
            by=found[one.key].by_name if one.key in found else "",
            at=found[one.key].at if one.key in found else None,
        )
        for one in figures
    ]


def shown_values(reports: Sequence[YearlyReport], counted: Mapping[str, int]) -> dict[str, str]:
    """What everybody sees: the last published figures, else what is counted so far."""
    if reports:
        figures: dict[str, str] = json.loads(reports[-1].figures)
        return figures
    return {key: str(value) for key, value in counted.items()}


def build_year(
    year: int,
    *,
    reports: Sequence[YearlyReport],
    counted: Mapping[str, int],
    entries: Sequence[YearlyEntry],
    may_enter: bool,
    may_publish: Verdict,
    typed: Mapping[str, str],
    errors: dict[str, str],
) -> YearPage:
    """The page of a year. What was entered and is not published yet, the secretariat alone sees."""
    values = shown_values(reports, counted)
    newest = {one.figure: one for one in entries}
    holds = {key: one.value for key, one in newest.items()}
    return YearPage(
        year=year,
        law=view_figures(LAW, values),
        form=view_figures(FORM, values),
        published=[
            ReportView(
                position=one.position,
                published_at=one.published_at,
                by=one.by_name,
                reason=one.reason,
                sha256=one.sha256,
            )
            for one in reversed(reports)
        ],
        may_enter=may_enter,
        may_publish=may_publish,
        to_enter=view_figures(ENTERED, {**holds, **typed}, newest) if may_enter else [],
        is_complete=not missing(holds),
        reason=typed.get("reason", ""),
        errors=errors,
    )


# ── files ─────────────────────────────────────────────────────────────────────
CSV_HEAD = ("year", "version", "indicator", "name", "value", "source")


def csv_rows(
    year: int, reports: Sequence[YearlyReport], values: Mapping[str, str], locale: Locale
) -> list[list[str]]:
    """A line for each figure; version 0 was not published yet."""
    version = str(reports[-1].position) if reports else "0"
    return [
        [
            str(year),
            version,
            one.key,
            translate(locale, WORDS[one.key]),
            values.get(one.key, ""),
            "counted" if one.is_known else "entered",
        ]
        for one in FIGURES
    ]


def print_year(
    year: int, reports: Sequence[YearlyReport], values: Mapping[str, str], imprint: Imprint
) -> dict[str, Any]:
    """The report as it is printed."""
    locale = imprint.locale
    title = translate(locale, TITLE, year=year)
    frame = print_frame(imprint, title=title, number="", description=title)
    if reports:
        last = reports[-1]
        said = translate(
            locale,
            N_("Version %(version)s, published on %(day)s by %(name)s. SHA-256 of the figures: %(hash)s"),
            version=last.position,
            day=show_date(last.published_at, locale),
            name=last.by_name,
            hash=last.sha256,
        )
    else:
        said = translate(locale, N_("Not published yet: these are the figures counted so far."))
    blocks = [paragraph(said)]
    if reports and reports[-1].reason:
        blocks.append(paragraph(f"{translate(locale, N_('Why it was corrected'))}: {reports[-1].reason}"))
    head = [translate(locale, one) for one in (N_("Point"), N_("Figure"), N_("Value"))]
    for text, figures in ((N_("What the law asks for"), LAW), (N_("Indicators of the form"), FORM)):
        rows = [
            (
                [MARKS.get(one.key, one.key)],
                [translate(locale, WORDS[one.key])],
                [values.get(one.key, "") or "–"],
            )
            for one in figures
        ]
        blocks += [heading(translate(locale, text)), table_block(head, rows, columns=[3, 12, 10], size=10)]
    return {**frame, "blocks": blocks}
