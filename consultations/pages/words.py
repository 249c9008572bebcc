"""The history of a consultation in sentences, and its facts as they are shown."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit.i18n import N_, Locale, show_datetime, translate
from consultations.models import Change
from consultations.states import CHANGE_TITLES, THEME_TITLES, ChangeKind, Theme

FACT_TITLES: dict[str, str] = {
    "starts_at": N_("begins"),
    "ends_at": N_("ends"),
    "venue": N_("where"),
    "host": N_("held by"),
    "title": N_("title"),
    "theme": N_("theme"),
    "about": N_("description"),
    "streets": N_("streets"),
    "capacity": N_("places"),
    "has_childcare": N_("childcare"),
    "languages": N_("languages"),
}
LONG = frozenset({"about", "streets"})  # shown as changed, without their words


class FactChange(msgspec.Struct, frozen=True):
    """A fact that changed. `title` is a msgid; of a long one, `before` and `after` are empty."""

    title: str
    before: str
    after: str


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history. `title` is a msgid."""

    kind: str
    title: str
    at: datetime
    by: str
    reason: str
    facts: list[FactChange]


def view_changes(changes: Sequence[Change], locale: Locale) -> list[ChangeView]:
    """The history, the newest first."""
    return [
        ChangeView(
            kind=one.kind,
            title=CHANGE_TITLES[ChangeKind(one.kind)],
            at=one.at,
            by=one.by_name,
            reason=one.reason,
            facts=_facts(json.loads(one.before), json.loads(one.after), locale),
        )
        for one in reversed(changes)
    ]


def _facts(before: Mapping[str, object], after: Mapping[str, object], locale: Locale) -> list[FactChange]:
    return [
        FactChange(
            title,
            "" if name in LONG else show_fact(name, before[name], locale),
            "" if name in LONG else show_fact(name, after.get(name), locale),
        )
        for name, title in FACT_TITLES.items()
        if name in before
    ]


def show_fact(name: str, value: object, locale: Locale) -> str:
    """A public fact in words."""
    if name in ("starts_at", "ends_at"):
        return show_datetime(datetime.fromisoformat(str(value)), locale)
    if name == "theme":
        return translate(locale, THEME_TITLES[Theme(str(value))])
    if isinstance(value, bool):
        return translate(locale, N_("yes") if value else N_("no"))
    if name == "capacity" and value is None:
        return translate(locale, N_("as many as come"))
    return str(value or translate(locale, N_("nothing")))
