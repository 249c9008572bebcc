"""Jinja: one environment a language, strict about names, with our filters and hashed static files."""

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jinja2

from app.kit import markdown
from app.kit.i18n import LOCALES, Locale, show_date, show_datetime, show_money, show_number, translations

STATIC_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
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


def _make_environment(
    locale: Locale, templates: Path, static_url: Callable[[str], str]
) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=jinja2.select_autoescape(("html", "xml", "svg"), default_for_string=True),
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations(locale), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["static"] = static_url
    environment.filters.update(
        date=partial(show_date, locale=locale),
        datetime=partial(show_datetime, locale=locale),
        money=partial(show_money, locale=locale),
        number=partial(show_number, locale=locale),
        markdown=markdown.render,
        excerpt=markdown.excerpt,
    )
    return environment
