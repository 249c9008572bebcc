"""Photos: only what is one is read, and nothing hidden in it stays."""

import struct
import warnings
import zlib
from io import BytesIO

import pytest
from PIL import Image

from app.kit.errors import Invalid
from app.kit.images import MAX_BYTES, SMALL, WIDE, read_photo


def encoded(kind: str, size: tuple[int, int] = (2000, 1000), **options: object) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, (10, 120, 60)).save(buffer, kind, **options)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_photos_come_back_as_jpeg_in_two_sizes(kind: str) -> None:
    photo = await read_photo(encoded(kind))
    assert (photo.width, photo.height) == (WIDE, WIDE // 2)
    for content, side in ((photo.large, WIDE), (photo.small, SMALL)):
        with Image.open(BytesIO(content)) as image:
            assert (image.format, max(image.size)) == ("JPEG", side)
            assert len(image.getexif()) == 0


async def test_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = await read_photo(encoded("JPEG", (400, 200), exif=exif.tobytes()))
    assert (photo.width, photo.height) == (200, 400)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ not a photo",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encoded("GIF"),
        encoded("JPEG")[:300],
        b"\x89PNG\r\n\x1a\n" + b"0" * 50,
        bomb(60_000, 60_000),
        bomb(8_000, 8_000),
        b"\xff\xd8" + b"0" * MAX_BYTES,
    ],
    ids=["empty", "program", "svg", "gif", "cut", "broken", "bomb", "many-pixels", "heavy"],
)
async def test_what_is_no_photo_is_refused_in_words(content: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with pytest.raises(Invalid):
            await read_photo(content)
