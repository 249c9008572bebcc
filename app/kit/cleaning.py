"""What cleans a document, run in a process of its own by app/kit/documents.py: standard library and pikepdf
alone, so that it starts quickly and knows nothing of this site.

What a reader does not see goes; what could act is refused, and so is what is made to fill the memory.
"""

import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

MAX_UNPACKED = 80 * 1024 * 1024
MAX_INFLATED = 400 * 1024 * 1024  # of all streams of a PDF: a hundred pages scanned without loss
MAX_PARTS = 2_000  # of an office document; those of long ones have a few hundred
MAX_PAGES = 500
SECONDS, MEMORY = 20, 1 << 30  # of the process that opens a file
WHYS = ("damaged", "locked", "active", "embedded", "outside", "bomb")
FIRST_CODE = 10  # the process ends with this and the place of the reason in WHYS


class Refused(Exception):
    """Why a file is not taken: one of WHYS."""


# ── office documents ──────────────────────────────────────────────────────────
_ACTIVE_PARTS = re.compile(r"(?i)vbaproject|vbadata|activex|^basic/|^scripts/|macrosheets|customui/")
_EMBEDDED_PARTS = re.compile(r"(?i)embeddings/|oleobject|^object ?\d+/|^objectreplacements/|afchunk|\.bin$")
_ACTIVE_XML = re.compile(
    rb"(?i)macroenabled|script:event-listener|vnd\.sun\.star\.script|<office:scripts>\s*<office:script"
)
_OUTSIDE_OOXML = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
_OUTSIDE_ODF = re.compile(
    rb"<(?:draw:image|draw:object|draw:object-ole|draw:plugin|draw:applet|draw:floating-frame|text:section-source)\b"
    rb"[^>]*xlink:href\s*=\s*[\"'](?:[a-z]+:|/|\.\./)"
)
_FIELD = re.compile(rb"<w:instrText[^>]*>([^<]*)|\bw:instr=\"([^\"]*)")
_FIELDS_OUTSIDE = re.compile(rb"(?i)DDEAUTO|\bDDE\b|INCLUDEPICTURE|INCLUDETEXT|\bIMPORT\b")
# Who wrote, changed and commented; when does no harm and would leave tracked changes invalid.
_AUTHORS = (
    (re.compile(rb"(\bw(?:15|16du)?:(?:author|initials|userId|providerId)=)\"[^\"]*\""), rb'\1""'),
    (re.compile(rb"(<(?:dc:creator|meta:initial-creator|meta:creator-initials)>)[^<]*(</)"), rb"\1\2"),
    (
        re.compile(rb"(<config:config-item\b[^>]*config:name=\"Printer(?:Name|Setup)\"[^>]*>)[^<]*(</)"),
        rb"\1\2",
    ),
)
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_PROPERTIES = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/%s-properties"/>'
)
_META = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta xmlns:office='
    b'"urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"><office:meta/>'
    b"</office:document-meta>"
)
_EMPTY_PARTS = {
    "docProps/core.xml": _CORE,
    "docProps/app.xml": _PROPERTIES % b"extended",
    "docProps/custom.xml": _PROPERTIES % b"custom",
    "meta.xml": _META,
}
_THUMBNAIL = re.compile(
    rb"<Relationship\b[^>]*metadata/thumbnail[^>]*/>|<manifest:file-entry\b[^>]*\"Thumbnails/[^>]*/>"
)


_UNREADABLE = (EOFError, KeyError, NotImplementedError, RuntimeError, ValueError, OSError)


def clean_office(content: bytes) -> bytes:
    """A DOCX or ODT without what is hidden. Raises: Refused."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
            _check_parts(parts)
            return _pack(_clean_parts(package, parts))
    except (*_UNREADABLE, zipfile.BadZipFile, zlib.error):
        raise Refused("damaged") from None


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refused("bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("locked")
    if len({name.lower() for name in names}) != len(names) or any(
        name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names
    ):
        raise Refused("damaged")
    if any(_ACTIVE_PARTS.search(name) for name in names):
        raise Refused("active")
    if any(_EMBEDDED_PARTS.search(name) for name in names):
        raise Refused("embedded")


def _clean_parts(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    left = MAX_UNPACKED
    for part in parts:
        name = part.filename
        if name.endswith("/") or name.lower().startswith(("thumbnails/", "docprops/thumbnail")):
            continue
        with package.open(part) as file:
            found = file.read(left + 1)  # what the directory says of the size is a claim
        left -= len(found)
        if left < 0:
            raise Refused("bomb")
        yield name, _clean_part(name, found)


def _clean_part(name: str, found: bytes) -> bytes:
    if name in _EMPTY_PARTS:
        return _EMPTY_PARTS[name]
    lower = name.lower()
    if lower.endswith((".xml", ".rels", ".rdf", ".svg")):
        _check_xml(found, is_rels=lower.endswith(".rels"))
        for pattern, kept in _AUTHORS:
            found = pattern.sub(kept, found)
        return _THUMBNAIL.sub(b"", found)
    return strip_picture(found)


def _check_xml(found: bytes, *, is_rels: bool) -> None:
    if b"\x00" in found[:64] or found.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("damaged")  # another encoding would hide from the patterns below
    if b"<!DOCTYPE" in found or b"<!ENTITY" in found:
        raise Refused("damaged")
    if b"manifest:encryption-data" in found:
        raise Refused("locked")
    if _ACTIVE_XML.search(found):
        raise Refused("active")
    if is_rels and any(b"/hyperlink" not in one for one in _OUTSIDE_OOXML.findall(found)):
        raise Refused("outside")
    fields = b"".join(run or whole for run, whole in _FIELD.findall(found))  # a field may be in pieces
    if _OUTSIDE_ODF.search(found) or _FIELDS_OUTSIDE.search(fields) or b"<text:dde-connection" in found:
        raise Refused("outside")


def _pack(parts: Iterator[tuple[str, bytes]]) -> bytes:
    """Written anew: nothing before, between or behind the parts survives, and no times."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(zipfile.ZipInfo(name), content, how)
    return out.getvalue()


# ── pictures inside documents ─────────────────────────────────────────────────
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HIDDEN = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}


def strip_picture(found: bytes) -> bytes:
    """A JPEG or PNG without what the camera or a program wrote into it; anything else as it is."""
    if found.startswith(b"\xff\xd8\xff"):
        return _strip_jpeg(found)
    return _strip_png(found) if found.startswith(_PNG) else found


def _strip_jpeg(found: bytes) -> bytes:
    kept, at = bytearray(found[:2]), 2
    while at + 4 <= len(found) and found[at] == 0xFF:
        marker, size = found[at + 1], int.from_bytes(found[at + 2 : at + 4])
        if marker == 0xDA:  # the picture itself; what stands behind its end goes
            end = found.rfind(b"\xff\xd9", at)
            return bytes(kept + (found[at : end + 2] if end > 0 else found[at:]))
        is_colour = marker in (0xE0, 0xE2, 0xEE)  # JFIF, the colour profile, Adobe's transform
        if is_colour or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += found[at : at + 2 + size]
        at += 2 + size
    return bytes(kept + found[at:])


def _strip_png(found: bytes) -> bytes:
    kept, at = bytearray(_PNG), len(_PNG)
    while at + 12 <= len(found):
        end = at + 12 + int.from_bytes(found[at : at + 4])
        kind = found[at + 4 : at + 8]
        if kind not in _PNG_HIDDEN:
            kept += found[at:end]
        at = end
        if kind == b"IEND":
            break
    return bytes(kept)


# ── PDF ───────────────────────────────────────────────────────────────────────
_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/ResetForm",
    "/Rendition",
    "/Movie",
    "/Sound",
}
_HOLDERS = {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/FileAttachment"}
_HIDDEN = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb")


def clean_pdf(content: bytes) -> bytes:
    """A PDF without what is hidden; written anew, so that nothing around it survives. Raises: Refused."""
    import pikepdf  # only the process of its own ever loads it

    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise Refused("bomb")
            room = MAX_INFLATED
            for one in pdf.objects:
                room -= _inflated(one, pikepdf, room)
                _clean_object(one, pikepdf)
            for name in ("/OpenAction", "/AA"):
                if name in pdf.Root:
                    del pdf.Root[name]
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            out = BytesIO()
            pdf.save(out, fix_metadata_version=False, deterministic_id=True)
            return out.getvalue()
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError):
        raise Refused("damaged") from None


def _inflated(one: Any, pikepdf: Any, room: int) -> int:
    """How much a stream unpacks to, counted without keeping it. Raises: Refused where that is more than
    `room`: whoever opens the file would unpack it.
    """
    names = _filters(one, pikepdf)
    if names[:1] != ["/FlateDecode"]:
        return 0
    parts, count = iter((one.read_raw_bytes(),)), 0
    for name in names:
        if name != "/FlateDecode":
            break
        parts = _inflate(parts)
    for part in parts:
        count += len(part)
        if count > room:
            raise Refused("bomb")
    return count


def _inflate(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack a piece at a time; what is damaged ends there, as it does for readers."""
    unpack = zlib.decompressobj()
    for piece in packed:
        waiting = piece
        while waiting and not unpack.eof:
            try:
                yield unpack.decompress(waiting, 1 << 20)
            except zlib.error:
                return
            waiting = unpack.unconsumed_tail


def _filters(found: Any, pikepdf: Any) -> list[str]:
    """How a stream is packed, the outermost first; nothing of what is no stream."""
    if not isinstance(found, pikepdf.Stream):
        return []
    kind = found.get("/Filter")
    return [str(kind)] if isinstance(kind, pikepdf.Name) else [str(one) for one in kind or ()]


def _clean_object(one: Any, pikepdf: Any) -> None:
    """One object and what lies directly in it, without following references: they come by themselves."""
    waiting = [one]
    while waiting:
        found = waiting.pop()
        if isinstance(found, pikepdf.Array):
            waiting += [part for part in found if _is_direct(part, pikepdf)]
        if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            continue
        _refuse_active(found)
        for name in _HIDDEN:
            if name in found:
                del found[name]
        _strip_stream(found, pikepdf)
        waiting += [part for _, part in found.items() if _is_direct(part, pikepdf)]


def _is_direct(part: Any, pikepdf: Any) -> bool:
    return isinstance(part, pikepdf.Array | pikepdf.Dictionary) and not part.is_indirect


def _refuse_active(found: Any) -> None:
    if "/JS" in found or "/JavaScript" in found or "/XFA" in found or str(found.get("/S", "")) in _ACTIONS:
        raise Refused("active")
    if "/EmbeddedFiles" in found or "/EF" in found or str(found.get("/Subtype", "")) in _HOLDERS:
        raise Refused("embedded")
    if str(found.get("/S", "")) in ("/GoToR", "/GoToE") or "/Ref" in found:
        raise Refused("outside")


def _strip_stream(found: Any, pikepdf: Any) -> None:
    """Photos keep inside a PDF what the camera wrote, the place included."""
    if _filters(found, pikepdf) == ["/DCTDecode"]:
        stripped = strip_picture(found.read_raw_bytes())
        found.write(stripped, filter=pikepdf.Name.DCTDecode, decode_parms=found.get("/DecodeParms"))


CLEANERS: dict[str, Callable[[bytes], bytes]] = {
    ".pdf": clean_pdf,
    ".docx": clean_office,
    ".odt": clean_office,
}


def _main() -> None:
    import resource  # of Unix, where the platform runs; whoever only imports this module does not need it

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        sys.stdout.buffer.write(CLEANERS[sys.argv[1]](sys.stdin.buffer.read()))
    except Refused as refused:
        sys.exit(FIRST_CODE + WHYS.index(str(refused)))
    except MemoryError:
        sys.exit(FIRST_CODE + WHYS.index("bomb"))


if __name__ == "__main__":
    _main()
