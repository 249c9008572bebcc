"""Photos: only what is one is read, and nothing hidden in it stays."""

import asyncio
import struct
import time
import warnings
import zlib
from io import BytesIO

import pytest
from PIL import Image

from app.kit import images
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


@pytest.mark.parametrize("orientation", [b"\x00\x00", b"\x09\x00", b"\xff\xff"])
async def test_photo_with_a_damaged_exif_is_taken_as_it_is(orientation: bytes) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x011A] = 6, "x" * 40, 72.0
    sound = encoded("JPEG", (400, 200), exif=exif.tobytes())
    at = sound.index(b"Exif\0\0") + 6
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for place in range(at + 8, at + 60):  # every byte of the directory, one after the other
            photo = await read_photo(sound[:place] + orientation + sound[place + len(orientation) :])
            assert sorted((photo.width, photo.height)) == [200, 400]


async def test_photos_that_need_much_memory_are_read_one_after_another() -> None:
    """Four at once of 200 KB each took 2.3 GB."""
    reading: list[int] = []
    most: list[int] = []

    def count(content: bytes) -> images.Photo:
        reading.append(1)
        most.append(len(reading))
        time.sleep(0.05)
        reading.pop()
        return images.Photo(b"", b"", 1, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "_encode_again", count)
        await asyncio.gather(*(read_photo(b"x") for _ in range(6)))
    assert max(most) == 1


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
