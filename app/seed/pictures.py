"""Drawings that stand for photos in the demonstration: a street with trees, a park, a square at dusk."""

import random
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 800
PALETTES = (
    ("#bfe3f2", "#7fb77e", "#5b8c5a", "#8a5a3b", "#d9d4c7"),
    ("#fbe3b5", "#d98f5c", "#7a9e7e", "#6b4a35", "#cfc3b0"),
    ("#9db4d0", "#4f7a6a", "#31564a", "#4a3a30", "#a9a595"),
)


def draw_street(number: int) -> bytes:
    """A JPEG of a street with houses and trees; the same number gives the same picture."""
    lot = random.Random(number)  # noqa: S311 - a drawing
    sky, leaf, dark_leaf, trunk, wall = PALETTES[number % len(PALETTES)]
    image = Image.new("RGB", (WIDTH, HEIGHT), sky)
    pen = ImageDraw.Draw(image)
    left = -40
    while left < WIDTH:
        width, height = lot.randrange(120, 240), lot.randrange(220, 430)
        _draw_house(pen, left, width, height, wall)
        left += width + 8
    pen.rectangle((0, 560, WIDTH, 640), fill=leaf)
    pen.rectangle((0, 640, WIDTH, HEIGHT), fill="#6d6f73")
    for stripe in range(0, WIDTH, 160):
        pen.rectangle((stripe + 30, 712, stripe + 110, 722), fill="#f2f0e6")
    for place in range(90, WIDTH, 200):
        x, size = place + lot.randrange(-30, 30), lot.randrange(70, 110)
        pen.rectangle((x - 9, 470, x + 9, 620), fill=trunk)
        pen.ellipse((x - size, 470 - size * 2, x + size, 500), fill=dark_leaf)
        pen.ellipse((x - size + 18, 480 - size * 2, x + size - 30, 450), fill=leaf)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _draw_house(pen: ImageDraw.ImageDraw, left: int, width: int, height: int, wall: str) -> None:
    top = 570 - height
    pen.rectangle((left, top, left + width, 570), fill=wall, outline="#8b8577", width=3)
    for floor in range(top + 24, 520, 64):
        for window in range(left + 20, left + width - 30, 52):
            pen.rectangle((window, floor, window + 28, floor + 36), fill="#5d7486")
