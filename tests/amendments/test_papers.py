"""Papers of a draft decision: put up while it is debated, withdrawn for a reason that everybody reads."""

from accounts.states import Role
from app.kit.documents import APART
from tests.amendments.test_routes import FIELDS, PDF, TEXT, announced, the_act
from tests.make.hostile_files import SMALL_PDF, docx, odt, pdf, pdf_with
from tests.proposals.conftest import Town

STUDY = ("studiu.pdf", SMALL_PDF + b"% semnat\n", "application/pdf")
WHY = "Era ciorna studiului, fără anexele lui."


async def test_a_paper_is_put_up_while_the_debate_runs(town: Town) -> None:
    act, clerk = await announced(town)
    here = f"/acts/{act.id}/papers"
    assert "Add or withdraw papers" in await clerk.see(f"/acts/{act.id}")
    for _ in range(2):  # a second click is the same paper
        await clerk.see(here)
        await clerk.send(here, paper_title="Studiu de trafic", files={"paper": STUDY})
    anonymous = await town.visitor()
    page = await anonymous.see(f"/acts/{act.id}")
    assert page.count("Studiu de trafic") == 1
    assert "Add or withdraw papers" not in page
    assert (await anonymous.client.get(f"{here}/2")).content == STUDY[1]
    assert "A paper was added to a draft decision" in await anonymous.see("/register")


async def test_a_wrong_paper_is_withdrawn_for_a_public_reason(town: Town) -> None:
    act, clerk = await announced(town)
    here = f"/acts/{act.id}/papers"
    await clerk.see(here)
    refused = await clerk.send(f"{here}/1/withdraw", status=422, reason="Greșit")
    assert "Greșit" in refused.text
    assert 'id="reason-1"' in refused.text
    await clerk.send(f"{here}/1/withdraw", reason=WHY)
    anonymous = await town.visitor()
    page = await anonymous.see(f"/acts/{act.id}")
    assert WHY in page
    assert f'href="{here}/1"' not in page
    assert (await anonymous.client.get(f"{here}/1")).status_code == 404
    assert "Referat de aprobare" not in await anonymous.see(f"/acts/{act.id}/files")
    await clerk.send(f"{here}/1/withdraw", status=404, reason=WHY)
    await clerk.see(here)
    await clerk.send(here, paper_title="Referat de aprobare", files={"paper": PDF})
    assert (await anonymous.client.get(f"{here}/2")).content == PDF[1]


async def test_before_the_announcement_a_paper_goes_without_a_trace(town: Town) -> None:
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.see("/acts/new")
    await clerk.send("/acts/new", text=TEXT, **FIELDS)
    act = await the_act(town)
    await clerk.send(f"/acts/{act.id}/prepare", do="paper", paper_title="Referat", files={"paper": PDF})
    await clerk.see(f"/acts/{act.id}/papers")
    await clerk.send(f"/acts/{act.id}/papers/1/withdraw", reason=WHY)
    page = await clerk.see(f"/acts/{act.id}/papers")
    assert "No papers yet" in page
    assert WHY not in page
    assert "First the text and at least one paper" in await clerk.see(f"/acts/{act.id}/prepare")


async def test_what_is_no_paper_is_refused_and_others_may_not(town: Town) -> None:
    act, clerk = await announced(town)
    here = f"/acts/{act.id}/papers"
    await clerk.see(here)
    page = ("x.pdf", b"<html>", "application/pdf")
    refused = await clerk.send(here, status=422, paper_title="Studiu de trafic", files={"paper": page})
    assert "Choose a PDF, DOCX or ODT file." in refused.text
    assert "Studiu de trafic" in refused.text
    resident = await town.resident()
    assert (await resident.client.get(f"/en{here}")).status_code == 403
    await resident.send(f"{here}/1/withdraw", status=403, reason=WHY)


async def test_a_paper_that_acts_is_refused_and_one_that_is_signed_stays_as_it_is(town: Town) -> None:
    act, clerk = await announced(town)
    here = f"/acts/{act.id}/papers"
    await clerk.see(here)
    for name, content, message in (
        ("a.pdf", pdf_with("hidden script"), "macros or scripts"),
        ("a.pdf", pdf_with("launch"), "macros or scripts"),
        ("a.pdf", pdf_with("file"), "other files inside"),
        ("a.pdf", pdf_with("password"), "by a password"),
        ("a.pdf", b"%PDF-1.7\n1 0 obj <<", "is damaged"),
        ("a.docx", docx(more={"word/vbaProject.bin": b"x"}), "macros or scripts"),
        ("a.docx", docx(more={"word/embeddings/a": "MZ"}), "other files inside"),
        ("a.odt", odt(more={"Basic/Standard/Module1.xml": "<x/>"}), "macros or scripts"),
        ("a.docx", SMALL_PDF, "holds something else"),
    ):
        file = {"paper": (name, content, "application/pdf")}
        refused = await clerk.send(here, status=422, paper_title="Studiu de trafic", files=file)
        assert message in refused.text, message
    signed = pdf(secret=True) + b"% ByteRange\n"  # what is hidden stays too: a signature covers every byte
    await clerk.send(here, paper_title="Aviz", files={"paper": ("aviz.pdf", signed, "application/pdf")})
    given = await (await town.visitor()).client.get(f"{here}/2")
    assert given.content == signed
    assert given.headers["content-disposition"].startswith("attachment")
    assert given.headers["content-security-policy"] == APART
    assert given.headers["x-content-type-options"] == "nosniff"
