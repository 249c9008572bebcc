"""A visitor's page is drawn once for the same content, and never shown for another."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
from markupsafe import Markup

from app.kit.web import _content_key
from app.settings import ROOT

# What of `ctx` a visitor's page is made of: the key holds these, the installation's settings never change,
# and the rest (nav, csrf_token, actor, notices) is the same for everybody without a session.
IN_THE_KEY = {"locale", "path", "query", "theme", "large_text", "is_htmx"}
OF_THESE = {"url", "url_in", "absolute", "canonical", "nav", "cookie_name", "get_cookie"}
SETTINGS = {"district", "phone", "email", "source_url", "demo", "services"}
NOBODY = {"actor", "csrf_token", "notices"}
BY_MINUTE = {"now"}  # what is compared with it or shows it is right to the minute


def test_templates_use_nothing_of_the_request_that_the_key_leaves_out() -> None:
    used = set()
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            used |= set(re.findall(r"\bctx\.([a-z_]+)", path.read_text("utf-8")))
    assert used <= IN_THE_KEY | OF_THESE | SETTINGS | NOBODY | BY_MINUTE


NOW = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)


class Model(msgspec.Struct):
    """Something to show."""

    text: object = ""


class Ctx:
    """As much of a context as the key reads."""

    def __init__(self, **values: object) -> None:
        self.__dict__.update(
            locale="ro", path="/", query="", theme="auto", large_text=False, is_htmx=False, now=NOW
        )
        self.__dict__.update(values)


def test_the_key_changes_with_all_that_a_page_is_made_of() -> None:
    keys = [
        _content_key(ctx, template, model)  # type: ignore[arg-type]
        for ctx, template, model in (
            (Ctx(), "a.html", Model("x")),
            (Ctx(), "b.html", Model("x")),
            (Ctx(), "a.html", Model("y")),
            (Ctx(), "a.html", Model(Markup("x"))),
            (Ctx(), "a.html", Model(None)),
            (Ctx(locale="en"), "a.html", Model("x")),
            (Ctx(path="/other"), "a.html", Model("x")),
            (Ctx(query="page=2"), "a.html", Model("x")),
            (Ctx(theme="dark"), "a.html", Model("x")),
            (Ctx(large_text=True), "a.html", Model("x")),
            (Ctx(is_htmx=True), "a.html", Model("x")),
            (Ctx(now=NOW + timedelta(minutes=1)), "a.html", Model("x")),
        )
    ]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    later = Ctx(now=NOW + timedelta(seconds=59))
    assert _content_key(later, "a.html", Model("x")) == keys[0]  # type: ignore[arg-type]


def test_what_has_no_plain_form_is_drawn_each_time() -> None:
    assert _content_key(Ctx(), "a.html", Model(object())) is None  # type: ignore[arg-type]
