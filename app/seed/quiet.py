"""A draft decision in the second round of its debate, for the demonstration. Nobody has adopted it."""

from app.seed.parking import Proposal

TITLE = "Hotărâre privind programul evenimentelor din parcuri"
SUMMARY = "Când se pot ține concerte și târguri în parcuri, cât de tare și cine face curat după ele."
TEXT = """# Hotărâre privind programul evenimentelor din parcuri

În temeiul prevederilor art. 166 alin. (2) din Ordonanța de urgență a Guvernului nr. 57/2019 privind Codul
administrativ,

HOTĂRĂȘTE:

Art. 1 Evenimentele cu muzică amplificată se țin vinerea și sâmbăta, între orele 17,00 și 22,00.

Art. 2 (1) Cererea se depune cu cel puțin 30 de zile înainte.

(2) Serile rămase libere se trag la sorți în prima zi de luni a lunii.

Art. 3 Organizatorul face curățenie pînă la ora 10,00 a zilei următoare.

Art. 4 Primarul duce la îndeplinire prezenta hotărâre.
"""
PROPOSALS: tuple[Proposal, ...] = (
    Proposal(
        "resident",
        "",
        "art. 1",
        "edit",
        "Evenimentele cu muzică amplificată se țin vinerea și sâmbăta, între orele 17,00 și 21,00.",
        "Blocurile de pe margine au copii mici; la zece seara nu se poate adormi nimeni.",
    ),
    Proposal(
        "association",
        "Asociația Prietenii Parcului Sebastian",
        "art. 2 alin. (2)",
        "delete",
        "",
        "Serile rămase libere trebuie să rămână libere: parcul are nevoie și de liniște.",
    ),
    Proposal(
        "resident",
        "",
        "art. 2 alin. (2)",
        "edit",
        "Serile rămase libere se trag la sorți în prima zi de luni a lunii, în public.",
        "Tragerea la sorți cu ușile închise nu convinge pe nimeni.",
    ),
    Proposal(
        "business",
        "Teatrul de Vară SRL",
        "art. 2 alin. (1)",
        "edit",
        "Cererea se depune cu cel puțin 15 zile înainte.",
        "Trupele mici nu știu cu o lună înainte dacă vin, iar la 30 de zile se pierd.",
    ),
)
ANSWERS = (
    ("accepted", ""),
    ("accepted", ""),
    ("deferred", "Tragerea la sorți iese din text; spuneți pe noul text ce vreți în locul ei."),
    ("deferred", "Așteptăm punctul de vedere al Direcției Spații Verzi."),
)
CORRECTION = ("art. 3", "pînă", "până", "Greșeală de scriere.")
