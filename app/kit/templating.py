"""Jinja: one environment a language, strict about names, with our filters and hashed static files.

As each language has its own environment, words that stand in a template without anything to fill in are
translated when it is compiled, not each time it is shown: that halves the time of a page.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from app.kit import markdown
from app.kit.i18n import (
    LOCALES,
    Locale,
    show_date,
    show_datetime,
    show_hour,
    show_money,
    show_month,
    show_number,
    show_weekday,
    translations,
)

STATIC_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain",
}


class StaticFiles:
    """Our own few static files, hashed when the process starts."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.hashes: dict[str, str] = {}
        for path in sorted(directory.rglob("*")):
            if path.is_file() and path.suffix in STATIC_TYPES:
                digest = hashlib.sha256(path.read_bytes()).digest()
                name = path.relative_to(directory).as_posix()
                self.hashes[name] = base64.urlsafe_b64encode(digest)[:10].decode()

    def url(self, name: str) -> str:
        """The address that changes when the file does. Raises: KeyError for a file that isn't there."""
        return f"/static/{name}?v={self.hashes[name]}"


def make_environments(templates: Path, static: StaticFiles) -> dict[Locale, jinja2.Environment]:
    """An environment for each language."""
    return {locale: _make_environment(locale, templates, static.url) for locale in LOCALES}


class _Environment(jinja2.Environment):
    """Calls of `compile_time` with one constant text are made once, when the template is compiled."""

    compile_time: Mapping[str, Callable[[str], str]] = {}

    def compile(self, source: Any, name: str | None = None, *arguments: Any, **options: Any) -> Any:
        """As Jinja compiles, after constant calls were made."""
        if isinstance(source, str):
            filename = arguments[0] if arguments else options.get("filename")
            source = _ConstantCalls(self, name).visit(self.parse(source, name, filename))
        return super().compile(source, name, *arguments, **options)


class _ConstantCalls(NodeTransformer):
    """Puts the value of `_("Send")` or `static("css/app.css")` where the call was."""

    def __init__(self, environment: _Environment, template: str | None) -> None:
        self.functions = environment.compile_time
        escapes = environment.autoescape
        self.as_type = Markup if (escapes(template) if callable(escapes) else escapes) else str

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named after the node
        """Raises what the function raises: a static file that isn't there is found when compiling."""
        is_plain = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if is_plain and isinstance(node.node, nodes.Name) and isinstance(node.args[0], nodes.Const):
            function = self.functions.get(node.node.name)
            if function is not None and node.node.ctx == "load":
                return nodes.Const(self.as_type(function(node.args[0].value)), lineno=node.lineno)
        self.generic_visit(node)
        return node


def _make_environment(
    locale: Locale, templates: Path, static_url: Callable[[str], str]
) -> jinja2.Environment:
    environment = _Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=jinja2.select_autoescape(("html", "xml", "svg"), default_for_string=True),
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations(locale), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["static"] = static_url
    # % {}: messages are format strings, here as in Jinja's own gettext, so "100 %%" is 100 %.
    gettext = translations(locale).gettext
    environment.compile_time = {"_": lambda message: gettext(message) % {}, "static": static_url}
    environment.filters.update(
        date=partial(show_date, locale=locale),
        datetime=partial(show_datetime, locale=locale),
        hour=show_hour,
        weekday=partial(show_weekday, locale=locale),
        month=partial(show_month, locale=locale),
        money=partial(show_money, locale=locale),
        number=partial(show_number, locale=locale),
        markdown=markdown.render,
        excerpt=markdown.excerpt,
    )
    return environment
