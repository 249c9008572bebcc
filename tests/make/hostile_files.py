"""Files that people may send: harmless ones with hidden data, and hostile ones. All are made here."""

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pikepdf
from PIL import Image

from app.kit.documents import ODT

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SECRET = "Vasile Secretu"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SMALL_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def jpeg(*, size: tuple[int, int] = (64, 48), secret: bool = True) -> bytes:
    """A photo; with `secret`, it says who took it and where."""
    image, out = Image.new("RGB", size, (20, 120, 80)), io.BytesIO()
    exif = Image.Exif()
    if secret:
        exif[0x013B] = SECRET
        exif.get_ifd(0x8825).update({1: "N", 2: (44.0, 25.0, 30.0), 3: "E", 4: (26.0, 4.0, 10.0)})
    image.save(out, "JPEG", exif=exif, comment=SECRET.encode() if secret else b"")
    return out.getvalue()


def png(*, size: tuple[int, int] = (8, 8)) -> bytes:
    """A picture."""
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    return out.getvalue()


def png_bomb() -> bytes:
    """A picture of 60,000 by 60,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(7501) * 500))
        + chunk(b"IEND", b"")
    )


def moving_picture(kind: str = "WEBP") -> bytes:
    """A picture of many frames, the second of which says something else than the first."""
    frames, out = [Image.new("RGB", (64, 48), colour) for colour in ("green", "red", "blue")], io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=40, loop=0)
    return out.getvalue()


@functools.cache
def pdf_bomb(*, layers: int = 1) -> bytes:
    """A small PDF whose page unpacks to half a gigabyte; packed twice, it is smaller still."""
    made, out = pikepdf.open(io.BytesIO(SMALL_PDF)), io.BytesIO()
    pack, zeros, check = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(1 << 20), 1
    again = pack.compress(zeros) + pack.flush(zlib.Z_FULL_FLUSH)  # stands for itself wherever it stands
    for _ in range(500):
        check = zlib.adler32(zeros, check)
    packed = b"\x78\xda" + again * 500 + pack.flush() + struct.pack(">I", check)
    for _ in range(layers - 1):
        packed = zlib.compress(packed, 9)
    page = made.make_stream(b"")
    page.write(packed, filter=pikepdf.Array([pikepdf.Name.FlateDecode] * layers))
    made.pages[0].Contents = page
    as_it_is = pikepdf.StreamDecodeLevel.none  # or the two layers would become one
    made.save(out, compress_streams=False, stream_decode_level=as_it_is)
    return out.getvalue()


def pdf(*, secret: bool = True) -> bytes:
    """A PDF of one page with a photo; with `secret`, author, XMP and the photo's place are in it."""
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page(page_size=(200, 200))
    photo = made.make_stream(jpeg(secret=secret), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
    photo.Filter, photo.Width, photo.Height = pikepdf.Name.DCTDecode, 64, 48
    photo.ColorSpace, photo.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=photo))
    made.pages[0].Contents = made.make_stream(b"q 100 0 0 100 20 20 cm /Im0 Do Q")
    if secret:
        made.docinfo["/Author"] = SECRET
        with made.open_metadata() as meta:
            meta["dc:creator"] = [SECRET]
    made.save(out)
    return out.getvalue()


def pdf_with(kind: str) -> bytes:
    """A PDF with something that acts or hides."""
    made, out = pikepdf.open(io.BytesIO(pdf(secret=False))), io.BytesIO()
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    if kind == "script":
        made.Root.OpenAction = action
    elif kind == "hidden script":  # behind references, in a compressed stream of objects
        made.pages[0].AA = pikepdf.Dictionary(O=made.make_indirect(action))
    elif kind == "launch":
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    elif kind == "file":
        made.attachments["virus.exe"] = b"MZ"
    elif kind == "password":
        made.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
        return out.getvalue()
    made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def package(parts: Mapping[str, bytes | str]) -> bytes:
    """A ZIP of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            how = zipfile.ZIP_STORED if name in ("mimetype", "word/document.xml") else zipfile.ZIP_DEFLATED
            made.writestr(name, content, how)
    return out.getvalue()


def docx(body: str = "", more: Mapping[str, bytes | str] | None = None) -> bytes:
    """A DOCX with an author, a tracked change, a photo and a thumbnail."""
    text = f'<w:p><w:ins w:id="1" w:author="{SECRET}"><w:r><w:t>Bună</w:t></w:r></w:ins></w:p>{body}'
    rels = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
    rels += '<Relationship Id="r2" Type="http://x/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>'
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{R}">{rels}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{text}</w:body></w:document>',
        "docProps/core.xml": f"<cp:coreProperties><dc:creator>{SECRET}</dc:creator></cp:coreProperties>",
        "docProps/app.xml": f"<Properties><Company>{SECRET}</Company></Properties>",
        "docProps/thumbnail.jpeg": jpeg(),
        "word/media/image1.jpg": jpeg(),
    }
    return package(parts | (more or {}))


def rel(kind: str, target: str) -> dict[str, str]:
    """A DOCX's relationship to something elsewhere."""
    one = f'<Relationship Id="x" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
    return {"word/_rels/document.xml.rels": f'<Relationships xmlns="{R}">{one}</Relationships>'}


def odt(body: str = "", more: Mapping[str, bytes | str] | None = None) -> bytes:
    """An ODT with an author, a comment and a thumbnail."""
    parts: dict[str, bytes | str] = {
        "mimetype": ODT,
        "content.xml": f"<office:document-content><dc:creator>{SECRET}</dc:creator>{body}"
        "</office:document-content>",
        "meta.xml": f"<office:document-meta><meta:initial-creator>{SECRET}</meta:initial-creator>"
        "</office:document-meta>",
        "Thumbnails/thumbnail.png": png(),
        "META-INF/manifest.xml": "<manifest:manifest/>",
    }
    return package(parts | (more or {}))


def lying_zip() -> bytes:
    """A DOCX that unpacks to 90 MB."""
    return docx(more={"word/big.xml": b"<a>" + b" " * (90 << 20)})
