"""A corpus of hostile files through the real upload path: each is refused with a message, or cleaned.

What resembles photos is also sent where photos of ideas and of works are taken.
"""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pikepdf
import pytest
from PIL import Image

from accounts.states import Role
from app.kit.cleaning import clean_office, clean_pdf
from app.kit.documents import MAX_BYTES
from app.kit.images import MAX_BYTES as MAX_PHOTO
from proposals import queries
from proposals.models import Attachment, Idea
from tests.make.accounts import actor_of
from tests.make.cycles import NOON
from tests.make.hostile_files import (
    HTML,
    SECRET,
    SVG,
    docx,
    jpeg,
    lying_zip,
    moving_picture,
    odt,
    package,
    pdf,
    pdf_bomb,
    pdf_with,
    png,
    png_bomb,
    rel,
)
from tests.make.proposals import make_draft, make_funded, make_works
from tests.proposals.conftest import Town, Visitor
from tests.proposals.test_intake import FORM, enter

pytestmark = pytest.mark.usefixtures("clock")
Make = Callable[[], bytes]

KIND, DAMAGED, MACROS = "not a document we can take", "is damaged", "macros or scripts"
INSIDE, OUTSIDE, BOMB, LOCKED = "other files inside", "from elsewhere", "far too large", "by a password"
NAME, EMPTY, PHOTO, PIXELS = "holds something else", "is empty", "not a photo we can read", "too many pixels"

MACRO_TYPES = {"[Content_Types].xml": '<Types><Override ContentType="x.macroEnabled.main"/></Types>'}
ENTITIES = {"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]>'}
MANY = {f"word/{n}.xml": "" for n in range(2100)}
ACTING = '<script:event-listener script:language="x"/>'
FAR_PICTURE = '<draw:image xlink:href="http://x/p.png"/>'
IN_PIECES = "<w:instrText>DDE</w:instrText><w:instrText>AUTO c:\\\\cmd.exe</w:instrText>"
TEMPLATE = rel("attachedTemplate", "http://x/t")
REFUSED: tuple[tuple[str, str, Make, str], ...] = (
    # what, name, content, what the page says
    ("nothing", "plan.pdf", lambda: b"", EMPTY),
    ("huge", "plan.pdf", lambda: b"%PDF-1.7" + bytes(MAX_BYTES), "larger than 10 MB"),
    ("a page", "plan.html", lambda: HTML, KIND),
    ("a page called PDF", "plan.pdf", lambda: HTML, KIND),
    ("a picture with a script", "plan.svg", lambda: SVG, KIND),
    ("a program", "plan.exe", lambda: b"MZ\x90\x00", KIND),
    ("a program called PDF", "plan.pdf", lambda: b"MZ\x90\x00", KIND),
    ("an old Word file", "plan.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", KIND),
    ("any ZIP", "plan.docx", lambda: package({"a.txt": "x"}), KIND),
    ("a PDF called DOCX", "plan.docx", pdf, NAME),
    ("a DOCX called PDF", "plan.pdf", docx, NAME),
    ("a PDF without a name's ending", "plan", pdf, NAME),
    ("a cut PDF", "plan.pdf", lambda: b"%PDF-1.7\n1 0 obj <<", DAMAGED),
    ("a PDF with a script", "plan.pdf", lambda: pdf_with("script"), MACROS),
    ("a PDF with a hidden script", "plan.pdf", lambda: pdf_with("hidden script"), MACROS),
    ("a PDF that starts a program", "plan.pdf", lambda: pdf_with("launch"), MACROS),
    ("a PDF with a file inside", "plan.pdf", lambda: pdf_with("file"), INSIDE),
    ("a PDF that unpacks to half a gigabyte", "plan.pdf", pdf_bomb, BOMB),
    ("a PDF that is packed twice", "plan.pdf", lambda: pdf_bomb(layers=2), BOMB),
    ("a PDF with a password", "plan.pdf", lambda: pdf_with("password"), LOCKED),
    ("a DOCX with macros", "plan.docx", lambda: docx(more={"word/vbaProject.bin": b"x"}), MACROS),
    (
        "a DOCM called DOCX",
        "plan.docx",
        lambda: docx(
            more={"[Content_Types].xml": '<Types><Override ContentType="x.macroEnabled.main"/></Types>'}
        ),
        MACROS,
    ),
    (
        "a DOCX with a program inside",
        "plan.docx",
        lambda: docx(more={"word/embeddings/a": "MZ"}),
        INSIDE,
    ),
    (
        "a DOCX with a far template",
        "plan.docx",
        lambda: docx(more=TEMPLATE),
        OUTSIDE,
    ),
    ("a DOCX with a far picture", "plan.docx", lambda: docx(more=rel("image", "http://x/p.png")), OUTSIDE),
    (
        "a DOCX with a field in pieces that runs a program",
        "plan.docx",
        lambda: docx(IN_PIECES),
        OUTSIDE,
    ),
    (
        "a DOCX with entities",
        "plan.docx",
        lambda: docx(more=ENTITIES),
        DAMAGED,
    ),
    ("a DOCX that leaves its folder", "plan.docx", lambda: docx(more={"../../etc/x": "y"}), DAMAGED),
    ("a DOCX with a part twice", "plan.docx", lambda: docx(more={"WORD/document.xml": "y"}), DAMAGED),
    ("a cut DOCX", "plan.docx", lambda: docx()[:-60], DAMAGED),
    ("a bomb", "plan.docx", lying_zip, BOMB),
    (
        "a DOCX of many parts",
        "plan.docx",
        lambda: docx(more=MANY),
        BOMB,
    ),
    ("an ODT with Basic", "plan.odt", lambda: odt(more={"Basic/Standard/Module1.xml": "<x/>"}), MACROS),
    (
        "an ODT that acts when opened",
        "plan.odt",
        lambda: odt(ACTING),
        MACROS,
    ),
    (
        "an ODT with a far picture",
        "plan.odt",
        lambda: odt(FAR_PICTURE),
        OUTSIDE,
    ),
    ("an ODT with an object", "plan.odt", lambda: odt(more={"Object 1/content.xml": "<x/>"}), INSIDE),
    ("a bomb of pixels", "plan.png", png_bomb, PIXELS),
    ("a cut photo", "plan.jpg", lambda: jpeg()[:200], PHOTO),
)


async def _begin(town: Town) -> tuple[Visitor, Idea]:
    author = await town.resident()
    async with town.database.write() as session:
        idea = await make_draft(session, cycle=town.cycle, author=author.account)
    await author.see(f"/ideas/{idea.id}/edit/photos")
    return author, idea


async def _send(
    author: Visitor, idea: Idea, status: int, name: str, content: bytes, **more: str
) -> httpx.Response:
    files = [("documents", (name, content, "application/pdf"))]
    return await author.send(f"/ideas/{idea.id}/edit/photos", status=status, files=files, do="attach", **more)


async def _list(town: Town, idea: Idea) -> list[Attachment]:
    async with town.database.read() as session:
        return await queries.list_attachments(session, idea.id)


async def test_each_hostile_document_is_refused_with_its_message(town: Town) -> None:
    author, idea = await _begin(town)
    said = {}
    for what, name, make, message in REFUSED:
        answer = await _send(author, idea, 422, name, make(), estimate="12345")
        said[what] = message in answer.text and 'value="12345"' in answer.text
    assert said == dict.fromkeys(said, True)
    assert await _list(town, idea) == []


CLEANED: tuple[tuple[str, str, Make], ...] = (
    ("PDF", "plan.pdf", pdf),
    ("PDF that is a page too", "plan.pdf", lambda: pdf() + HTML + SECRET.encode()),
    ("DOCX", "plan.docx", docx),
    ("DOCX with a link", "plan.docx", lambda: docx(more=rel("hyperlink", "https://exemplu.ro"))),
    ("DOCX that is a page too", "plan.docx", lambda: docx() + HTML + SECRET.encode()),
    ("ODT", "plan.odt", odt),
    ("photo", "plan.jpg", jpeg),
    ("photo that is a page too", "plan.jpg", lambda: jpeg() + HTML + SECRET.encode()),
    ("picture", "plan.png", png),
    ("picture that moves", "plan.webp", moving_picture),
    ("picture that moves and is a PNG", "plan.png", lambda: moving_picture("PNG")),
)


@pytest.mark.parametrize(("what", "name", "make"), CLEANED, ids=[row[0] for row in CLEANED])
async def test_what_is_hidden_in_a_document_goes_and_it_is_given_out_to_be_saved(
    town: Town, what: str, name: str, make: Make
) -> None:
    author, idea = await _begin(town)
    await _send(author, idea, 303, name, make())
    (one,) = await _list(town, idea)
    stranger = await town.visitor()
    assert (await stranger.client.get(f"/attachments/{one.id}")).status_code == 404
    answer = await author.client.get(f"/attachments/{one.id}")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    found = answer.content
    assert SECRET.encode() not in found
    assert HTML not in found
    if found.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(found)) as made:
            inside = {part: made.read(part) for part in made.namelist()}
        assert not any(SECRET.encode() in content or b"Exif" in content for content in inside.values())
        assert not any("humbnail" in part for part in inside)
    elif found.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(found)) as made:
            assert len(made.docinfo) == 0
            assert "/Metadata" not in made.Root
            photo = made.pages[0].Resources.XObject.Im0.read_raw_bytes()
        assert b"Exif" not in photo
        assert Image.open(io.BytesIO(photo)).size == (64, 48)
    else:
        picture = Image.open(io.BytesIO(found))
        assert not picture.getexif()
        assert (picture.format, getattr(picture, "n_frames", 1)) == ("JPEG", 1)


async def test_titles_limits_removal_and_what_becomes_of_them_once_sent(town: Town) -> None:
    author, idea = await _begin(town)
    path = f"/ideas/{idea.id}/edit/photos"
    files = [("documents", (f"Deviz_{n}.pdf", pdf(secret=False), "")) for n in range(5)]
    await author.send(path, files=files, do="attach")
    assert "at most 5 documents" in (await _send(author, idea, 422, "x.pdf", pdf())).text
    first, *_ = await _list(town, idea)
    assert first.title == "Deviz 0"
    await author.send(path, **{f"title-{first.id}": "Deviz de lucrări", "do": "later"})
    await author.send(path, do=f"drop:{(await _list(town, idea))[-1].id}")
    await author.send(f"/ideas/{idea.id}/send")
    public = await (await town.visitor()).see(f"/ideas/{idea.id}")
    assert "Deviz de lucrări" in public
    assert len(await _list(town, idea)) == 4
    await author.send(path, status=404, do=f"drop:{first.id}")
    answer = await (await town.visitor()).client.get(f"/attachments/{first.id}")
    assert answer.headers["content-disposition"].endswith('-1.pdf"')
    await (await town.visitor()).see("/attachments/f" + str(first.id)[1:], status=404)


PHOTOS: tuple[tuple[str, Make, str], ...] = (
    ("nothing", lambda: b"", EMPTY),
    ("huge", lambda: jpeg() + bytes(MAX_PHOTO), "larger than 12 MB"),
    ("a page", lambda: HTML, PHOTO),
    ("a picture with a script", lambda: SVG, PHOTO),
    ("a PDF", pdf, PHOTO),
    ("a DOCX", docx, PHOTO),
    ("a bomb of pixels", png_bomb, PIXELS),
    ("a cut photo", lambda: jpeg()[:200], PHOTO),
    ("a picture that moves, of a kind that is not taken", lambda: moving_picture("GIF"), PHOTO),
)


async def test_photos_of_ideas_and_of_works_refuse_the_same(town: Town) -> None:
    author, idea = await _begin(town)
    reviewer, resident = await town.reviewer(), await town.resident()
    async with town.database.write() as session:
        assert reviewer.account
        project = await make_funded(session, cycle=town.cycle)
        official = actor_of(reviewer.account, roles=[Role.REVIEWER])
        await make_works(session, official, project, *[NOON.date()] * 4, now=NOON)
    works, built = f"/works/{project.id}/photos", f"/works/{project.id}/built"
    await reviewer.see(works)
    await resident.see(built)
    said = {}
    for what, make, message in PHOTOS:
        files: Any = [("photos", ("poza.jpg", make(), "image/jpeg"))]
        of_idea = await author.send(f"/ideas/{idea.id}/edit/photos", status=422, files=files, do="upload")
        files = [("photo", ("poza.jpg", make(), "image/jpeg"))]
        typed = {"alt": "Trotuarul nou", "taken_on": NOON.date().isoformat()}
        of_works = await reviewer.send(works, status=422, files=files, **typed)
        typed = {"alt": "Trotuarul nou", "choice": "no", "text": "Nu e gata."}
        of_resident = await resident.send(built, status=422, files=files, **typed)
        answers = (of_works.text, of_resident.text)
        kept = all("Trotuarul nou" in text for text in answers)
        said[what] = kept and all(message in text for text in (of_idea.text, *answers))
    assert said == dict.fromkeys(said, True)


async def test_the_desk_refuses_the_same_and_loses_nothing_that_was_typed(town: Town) -> None:
    officer = await town.officer(Role.DESK)
    assert officer.account
    async with town.database.write() as session:
        idea, _ = await enter(session, actor_of(officer.account, roles=[Role.DESK]))
    found = re.search(r'name="form" value="([^"]+)"', await officer.see("/desk/ideas"))
    assert found
    paper = f"/desk/ideas/{idea.id}/paper"
    said = {}
    for number, (what, name, make, message) in enumerate(REFUSED):
        file: Any = (name, make(), "application/pdf")
        files = [(("scan", "documents")[number % 2], file)]
        whole = await officer.send("/desk/ideas", status=422, files=files, form=found[1], **FORM)
        typed = {"kind": "withdrawal", "channel": "paper", "received_on": "2027-03-01", "text": "Renunț."}
        of_paper = await officer.send(paper, status=422, files=[("scan", file)], form=found[1], **typed)
        kept = "Ion Georgescu" in whole.text and "Renunț." in of_paper.text
        said[what] = kept and message in whole.text and message in of_paper.text
    for what, make, message in PHOTOS:
        files = [("photos", ("poza.jpg", make(), "image/jpeg"))]
        whole = await officer.send("/desk/ideas", status=422, files=files, form=found[1], **FORM)
        said[f"photo: {what}"] = message in whole.text and 'name="kept"' not in whole.text
    assert said == dict.fromkeys(said, True)


@pytest.mark.parametrize("clean", [clean_pdf, clean_office])
def test_cleaning_twice_changes_nothing(clean: Callable[[bytes], bytes]) -> None:
    once = clean(pdf() if clean is clean_pdf else docx())
    assert clean(once) == once
