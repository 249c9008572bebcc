"""Markdown as residents may write it: CommonMark without raw HTML, then an allow-list.

Headings move below those of the page (h3 and lower); images are left out (photos
are uploaded, re-encoded and described); links are marked as other people's.
"""

import functools

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "ul",
    "ol",
    "li",
    "blockquote",
    "a",
    "h3",
    "h4",
    "h5",
    "h6",
    "code",
    "pre",
    "hr",
}
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable("image")
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


@functools.lru_cache(maxsize=2048)
def render(source: str) -> Markup:
    """Safe HTML of `source`."""
    tokens = _parser.parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _HEADINGS[token.tag]
    html = _parser.renderer.render(tokens, _parser.options, {})
    return Markup(  # noqa: S704 - sanitised on this very line
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel="nofollow noopener ugc",
        )
    )


def plain(source: str) -> str:
    """The words of a text without its marks, in one line."""
    text = " ".join(nh3.clean(_parser.render(source), tags=set()).split())
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


@functools.lru_cache(maxsize=4096)  # a list page asks for twenty of the same ones each time
def excerpt(source: str, length: int = 160) -> str:
    """The first sentence or so as plain text, cut at a word."""
    text = plain(source)
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(",.;:–-") + "…"
