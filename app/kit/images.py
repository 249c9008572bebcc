"""Photos: recognised by content, turned upright, re-encoded without any metadata."""

import asyncio
from io import BytesIO

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

from app.kit.errors import Invalid
from app.kit.i18n import N_

MAX_BYTES = 12 * 1024 * 1024  # what phones of today make
MAX_PIXELS = 50_000_000  # 150 MB once decoded: the most one job may hold
WIDE, SMALL = 1600, 480  # longest side in pixels, of the page's picture and the list's
FORMATS = ("JPEG", "PNG", "WEBP")  # the photos of phones with two lenses (MPO) open as JPEG


class Photo(msgspec.Struct, frozen=True):
    """A photo in two sizes, as JPEG."""

    large: bytes
    small: bytes
    width: int
    height: int


async def read_photo(content: bytes) -> Photo:
    """Decode and encode anew, off the event loop. Raises: Invalid."""
    if len(content) > MAX_BYTES:
        raise Invalid(
            N_("The photo is larger than %(size)s MB. Please choose a smaller one."), size=MAX_BYTES >> 20
        )
    return await asyncio.to_thread(_encode_again, content)


def _encode_again(content: bytes) -> Photo:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Invalid(N_("The photo has too many pixels. Please choose a smaller one."))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise Invalid(N_("This file is not a photo we can read. Please send JPEG, PNG or WebP.")) from None
    upright.thumbnail((WIDE, WIDE), Image.Resampling.LANCZOS)
    small = upright.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return Photo(_jpeg(upright, 82), _jpeg(small, 76), upright.width, upright.height)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    fresh = Image.new("RGB", image.size)  # a new image carries no EXIF, GPS, comments or profiles
    fresh.paste(image)
    buffer = BytesIO()
    fresh.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()
