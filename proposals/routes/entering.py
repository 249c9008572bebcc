"""What is sent with the form of an idea that staff enter: files, a pin, ideas that are like it.

The form has no draft. Files are cleaned and stored as they come; when the form is shown again, each stands in
it as a signed value, so that a refusal of something else loses none and nobody makes one up.
"""

from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.forms import check_email
from app.kit import crypto
from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form, Upload, typed_id
from app.kit.i18n import N_
from app.kit.images import store_photo
from cycles.queries import find_collecting_cycle, list_areas
from proposals import service
from proposals.forms import LATITUDES, LONGITUDES, PinDeed
from proposals.models import Idea
from proposals.pages.ideas import SimilarCard
from proposals.pages.intake import KeptFile
from proposals.queries.maps import find_map
from proposals.routes.attachments import store_document
from proposals.routes.review import find_alike
from proposals.rules import maps

KEPT = "file of an intake"
ENOUGH = 12  # characters before it makes sense to look for ideas like it
FILES = ("scan", "documents", "photos")
MOST = 20  # files that one form carries


class _Kept(msgspec.Struct, frozen=True):
    """A file of the form: under which name it came, and where it is."""

    field: str
    title: str
    document: service.StoredDocument | None = None
    photo: service.StoredPhoto | None = None


class Files:
    """The files of a form: those that it carries from before, and those that came with it."""

    def __init__(self, ctx: Ctx, form: Form) -> None:
        self.secret_key = ctx.services.settings.secret_key
        signed = [crypto.read_signed(self.secret_key, KEPT, one) for one in form.get_all("kept")[:MOST]]
        self.kept = [msgspec.json.decode(one, type=_Kept) for one in signed if one]
        self.errors: dict[str, DomainError] = {}

    async def take(self, ctx: Ctx, form: Form) -> None:
        """Clean and store what came; what is refused is in `errors`."""
        for field in FILES:
            for upload in form.chosen(field)[:MOST]:
                try:
                    self.kept.append(await _store(ctx, field, upload))
                except FormErrors as refused:
                    self.errors |= refused.errors
        scans = [one for one in self.kept if one.field == "scan"]
        for old in scans[:-1]:  # there is one paper: the last one that was chosen
            self.kept.remove(old)

    def show(self) -> list[KeptFile]:
        """As the form carries them."""
        return [
            KeptFile(
                one.field, one.title, crypto.sign(self.secret_key, KEPT, msgspec.json.encode(one).decode())
            )
            for one in self.kept
        ]

    def enclosed(self, form: Form) -> service.Enclosed:
        """All of it, with the addresses of co-authors. Raises: FormErrors."""
        found = service.Enclosed(
            scan=next((one.document for one in self.kept if one.field == "scan"), None),
            documents=tuple(one.document for one in self.kept if one.field == "documents" and one.document),
            photos=tuple(
                service.Pictured(one.photo, form.get("photo_alt")[:250]) for one in self.kept if one.photo
            ),
            co_authors=_read_addresses(form.get("co_authors"), but=form.get("email")),
        )
        service.check_enclosed(found)
        return found


async def _store(ctx: Ctx, field: str, upload: Upload) -> _Kept:
    """Raises: FormErrors."""
    if field != "photos":
        document = await store_document(ctx, upload, field)
        return _Kept(field, document.title, document=document)
    try:
        stored = await store_photo(ctx.services.storage, upload.content)
    except Invalid as refused:
        raise FormErrors({field: refused}) from None
    return _Kept(field, upload.name[:120], photo=stored)


def _read_addresses(typed: str, *, but: str) -> tuple[str, ...]:
    """E-mail addresses, a line each. Raises: FormErrors."""
    found = list(dict.fromkeys(line.strip().lower() for line in typed.split("\n") if line.strip()))
    for one in found:
        if check_email(one) is not None or len(one) > 254:
            raise FormErrors(
                {"co_authors": Invalid(N_("This is no e-mail address: %(typed)s"), typed=one[:80])}
            )
        if one == but.strip().lower():
            raise FormErrors({"co_authors": Invalid(N_("This is the author's own address."))})
    return tuple(found)


# ── the pin ───────────────────────────────────────────────────────────────────
async def put_pin(session: AsyncSession, ctx: Ctx, typed: dict[str, str], pin: PinDeed) -> None:
    """Write into what was typed where the pin is now."""
    drawn, point = find_map(ctx.services.settings), read_point(typed)
    if drawn is None or (pin.kind == "start" and point is not None):
        return
    if pin.kind == "remove":
        typed |= {"latitude": "", "longitude": ""}
        return
    if pin.kind == "press":
        point = maps.from_picture(drawn.box, pin.across, pin.down)
    elif point is None:
        cycle = await find_collecting_cycle(session, ctx.now)
        areas = {str(area.id): area.name for area in await list_areas(session, cycle.id)} if cycle else {}
        point = maps.middle_of(drawn, areas.get(typed["area"], ""))
    else:
        limits = maps.Box(LATITUDES[0], LONGITUDES[0], LATITUDES[1], LONGITUDES[1])
        point = maps.move(point, pin.direction, within=limits)
    typed |= {"latitude": f"{point.latitude:.6f}", "longitude": f"{point.longitude:.6f}"}


def read_point(typed: dict[str, str]) -> maps.Point | None:
    """Where the pin is, as typed; None where there is none, or none that can be."""
    try:
        latitude, longitude = (float(typed[name].replace(",", ".")) for name in ("latitude", "longitude"))
    except ValueError:
        return None
    inside = LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]
    return maps.Point(latitude, longitude) if inside else None


# ── ideas like it ─────────────────────────────────────────────────────────────
async def list_alike(session: AsyncSession, ctx: Ctx, typed: dict[str, str]) -> list[SimilarCard]:
    """Ideas of the cycle that say what is being typed, perhaps."""
    cycle = await find_collecting_cycle(session, ctx.now)
    text = f"{typed['location']} {typed['landmark']} {typed['body'][:6000]}"
    if cycle is None or len(typed["title"]) + len(text) < ENOUGH:
        return []
    point = read_point(typed)
    like = Idea(id=new_id(), cycle_id=cycle.id)  # never stored: it stands for what is typed
    like.latitude, like.longitude = (point.latitude, point.longitude) if point else (None, None)
    area_id: UUID | None = typed_id(typed["area"]) if typed["area"] else None
    return await find_alike(session, like, typed["title"][:200], text, area_id, limit=3)
