"""Photos: recognised by content, turned upright, re-encoded without any metadata."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import msgspec
from PIL import ExifTags, Image, UnidentifiedImageError

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.storage import Storage

MAX_BYTES = 12 * 1024 * 1024  # what phones of today make
MAX_PIXELS = 50_000_000  # 350 MB while it is decoded and its colours are converted
TOO_MANY_PIXELS = N_("The photo has too many pixels. Please choose a smaller one.")
WIDE, SMALL = 1600, 480  # longest side in pixels, of the page's picture and the list's
FORMATS = ("JPEG", "PNG", "WEBP")  # the photos of phones with two lenses (MPO) open as JPEG
# One after another: a file of 200 KB may need all that MAX_PIXELS allows, and many may come at once.
_executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photos")
# What turns a photo upright, by its EXIF orientation.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Photo(msgspec.Struct, frozen=True):
    """A photo in two sizes, as JPEG."""

    large: bytes
    small: bytes
    width: int
    height: int


class StoredPhoto(msgspec.Struct, frozen=True):
    """A photo that was encoded anew and put into the storage."""

    large_key: str
    small_key: str
    width: int
    height: int


async def store_photo(storage: Storage, content: bytes) -> StoredPhoto:
    """Encode an uploaded photo anew and store it. Raises: Invalid."""
    encoded = await read_photo(content)
    return StoredPhoto(
        await storage.put(encoded.large, ".jpg"),
        await storage.put(encoded.small, ".jpg"),
        encoded.width,
        encoded.height,
    )


def is_photo(content: bytes) -> bool:
    """Whether the first bytes are those of a photo that we read."""
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or is_webp


async def read_photo(content: bytes) -> Photo:
    """Decode and encode anew, off the event loop. Raises: Invalid."""
    if not content:
        raise Invalid(N_("This file is empty."))
    if len(content) > MAX_BYTES:
        raise Invalid(
            N_("The photo is larger than %(size)s MB. Please choose a smaller one."), size=MAX_BYTES >> 20
        )
    return await asyncio.get_running_loop().run_in_executor(_executor, _encode_again, content)


def _encode_again(content: bytes) -> Photo:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Invalid(TOO_MANY_PIXELS)
            turn = _TURNS.get(_orientation(image))
            upright = image.convert("RGB")
    except Image.DecompressionBombError:
        raise Invalid(TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Invalid(N_("This file is not a photo we can read. Please send JPEG, PNG or WebP.")) from None
    upright.thumbnail((WIDE, WIDE), Image.Resampling.LANCZOS)
    upright = upright.transpose(turn) if turn is not None else upright
    small = upright.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return Photo(_jpeg(upright, 82), _jpeg(small, 76), upright.width, upright.height)


def _orientation(image: Image.Image) -> int:
    """As the camera wrote it down; 1, upright, when what it wrote cannot be read."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a damaged EXIF fails in many ways, and the picture needs none of it
        return 1


def _jpeg(image: Image.Image, quality: int) -> bytes:
    fresh = Image.new("RGB", image.size)  # a new image carries no EXIF, GPS, comments or profiles
    fresh.paste(image)
    buffer = BytesIO()
    fresh.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()
