"""Documents as PDF for whoever asks over the web: what every one has at its head and foot, and sending it."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response

from app.kit.i18n import Locale
from app.kit.printing import StillDrawing, draw, printable
from app.kit.web import WebRequest, ctx_of, download, page

TEMPLATES = Path("templates/print")
PRINTS = 60  # documents that one address may have drawn in ten minutes; each can take seconds
PRINT_SECONDS = 600
PATIENCE = 2.5  # seconds that a person waits for a document before a page says that it is being drawn
ASK_AGAIN = 4  # seconds until that page asks again
REGIONS: dict[Locale, str] = {"ro": "RO", "en": "GB"}


class Imprint(msgspec.Struct, frozen=True, kw_only=True):
    """Whose document it is, in which language it is drawn, and where it is to be had."""

    authority: str
    locale: Locale
    address: str


class DrawingPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown while a document is drawn. `again`: its address."""

    again: str
    filename: str


def print_frame(imprint: Imprint, *, title: str, number: str, description: str) -> dict[str, Any]:
    """What every printed document has."""
    return {
        "title": printable(title).strip() or "–",  # a document without a title is not accessible
        "author": printable(imprint.authority),
        "description": printable(description),
        "number": printable(number),
        "foot": printable(imprint.address),
        "lang": imprint.locale,
        "region": REGIONS[imprint.locale],
    }


async def send_pdf(
    request: WebRequest, template: str, values: dict[str, object], day: date, *, filename: str
) -> Response[bytes]:
    """A document as PDF, for an address that has not had too many drawn. People who wait too long for it get
    a page that says so and asks again; programs wait. Raises: TooMany.
    """
    ctx = ctx_of(request)
    await ctx.services.limiter.check(f"print:{ctx.client_ip}", limit=PRINTS, seconds=PRINT_SECONDS)
    settings = ctx.services.settings
    path, is_person = settings.root / TEMPLATES / template, "text/html" in request.headers.get("accept", "")
    try:
        content = await draw(
            path,
            values,
            day=day,
            cache=settings.var_dir / "printed",
            patience=PATIENCE if is_person else None,
        )
    except StillDrawing:
        again = ctx.url(ctx.path) + (f"?{ctx.query}" if ctx.query else "")
        headers = {"Refresh": str(ASK_AGAIN), "Cache-Control": "no-store"}
        model = DrawingPage(again=again, filename=filename)
        return page(request, "print/drawing.html", model, status=202, headers=headers)
    return download(content, media_type="application/pdf", filename=filename)
