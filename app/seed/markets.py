"""A draft decision in the second round of its debate, for the demonstration. Nobody has adopted it."""

from app.seed.parking import Proposal

TITLE = "Hotărâre privind programul piețelor volante"
SUMMARY = "În ce zile și ore se ține piața pe stradă, cine poate vinde și cine face curat după aceea."
TEXT = """# Hotărâre privind programul piețelor volante

În temeiul prevederilor art. 166 alin. (2) din Ordonanța de urgență a Guvernului nr. 57/2019 privind Codul
administrativ,

HOTĂRĂȘTE:

Art. 1 Piețele volante se țin în fiecare sâmbătă, între orele 7,00 și 14,00.

Art. 2 (1) Vând numai producători cu atestat.

(2) Locurile se trag la sorți în prima zi de luni a lunii.

Art. 3 Curățenia se face de salubrizare pînă la ora 17,00.

Art. 4 Primarul duce la îndeplinire prezenta hotărâre.
"""
PROPOSALS: tuple[Proposal, ...] = (
    Proposal(
        "resident",
        "",
        "art. 1",
        "edit",
        "Piețele volante se țin în fiecare sâmbătă și duminică, între orele 7,00 și 14,00.",
        "Sâmbăta mulți lucrează și nu apucă să cumpere de la producători.",
    ),
    Proposal(
        "association",
        "Asociația Producătorilor din Ilfov",
        "art. 2 alin. (2)",
        "delete",
        "",
        "Cine vine săptămână de săptămână are nevoie de același loc, ca să îl găsească oamenii.",
    ),
    Proposal(
        "resident",
        "",
        "art. 2 alin. (2)",
        "edit",
        "Locurile se trag la sorți în prima zi de luni a lunii, în public.",
        "Tragerea la sorți cu ușile închise nu convinge pe nimeni.",
    ),
    Proposal(
        "business",
        "Brutăria din Rahova SRL",
        "art. 2 alin. (1)",
        "edit",
        "Vând numai producători cu atestat și brutării din sector.",
        "Pâinea este ceea ce se caută prima dată la piață, iar brutăriile nu au atestat de producător.",
    ),
)
ANSWERS = (
    ("accepted", ""),
    ("accepted", ""),
    ("deferred", "Tragerea la sorți iese din text; spuneți pe noul text ce vreți în locul ei."),
    ("deferred", "Așteptăm punctul de vedere al Direcției Comerț."),
)
CORRECTION = ("art. 3", "pînă", "până", "Greșeală de scriere.")
