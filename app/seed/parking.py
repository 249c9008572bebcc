"""A draft decision written for the demonstration: the parking of Sector 5, with two annexes. Nobody has
adopted it.
"""

from typing import NamedTuple

TITLE = "Hotărâre privind organizarea parcării pe domeniul public al Sectorului 5"
SUMMARY = (
    "Parcarea la bordură devine plătită în zonele aglomerate, cu tarife pe oră și abonamente pentru "
    "riverani. Banii se folosesc numai pentru trotuare, treceri de pietoni și locuri de parcare. "
    "Proiectul spune cât se plătește, cine este scutit și ce se întâmplă cu mașinile lăsate pe trotuar."
)
INITIATOR = "Ștefan Albu, primar (persoană inventată)"
DEPARTMENT = "Direcția Administrarea Domeniului Public"
OFFICER = "Irina Toma, responsabil pentru relația cu societatea civilă"
CONTACT = "Registratura primăriei, sau transparenta@exemplu.ro"

TEXT = """# Hotărâre privind organizarea parcării pe domeniul public al Sectorului 5

Consiliul Local al Sectorului 5, întrunit în ședință ordinară,

Având în vedere referatul de aprobare al primarului și raportul de specialitate al Direcției
Administrarea Domeniului Public,

Ținând cont de faptul că numărul autovehiculelor înregistrate în sector depășește de două ori numărul
locurilor de parcare amenajate,

În temeiul prevederilor art. 139 alin. (3) și ale art. 166 alin. (2) din Ordonanța de urgență a
Guvernului nr. 57/2019 privind Codul administrativ,

HOTĂRĂȘTE:

## Capitolul I Dispoziții generale

Art. 1 (1) Prezenta hotărâre stabilește locurile în care se poate parca pe domeniul public al Sectorului
5, tarifele și scutirile.

(2) Zonele de parcare și tarifele sunt cuprinse în anexa nr. 1, iar condițiile abonamentului de riveran
în anexa nr. 2.

(3) Anexele nr. 1 și 2 fac parte integrantă din prezenta hotărâre.

Art. 2 În sensul prezentei hotărâri, termenii de mai jos au următorul înțeles:

a) loc de parcare: suprafața marcată la sol, cu lungimea de cel puțin 5 metri, pe care poate staționa un
singur autovehicul;

b) riveran: persoana care are domiciliul sau reședința într-un imobil aflat în zona de parcare;

c) parcare plătită: locul de parcare pentru folosirea căruia se plătește un tarif, între orele stabilite
prin anexa nr. 1.

Art. 3 (1) Tariful se plătește prin mesaj text, prin aplicație, la automat sau la ghișeele primăriei.

(2) Plata se poate face cu numerar la cel puțin un automat din fiecare stradă.

(3) Primele 15 minute de parcare sunt gratuite.

(4) Automatele afișează tariful, orele și numărul de telefon la care se anunță defecțiunile. Cât timp toate
automatele unei străzi sunt defecte, parcarea pe acea stradă este gratuită.

## Capitolul II Tarife și scutiri

Art. 4 (1) Tariful pentru zona centrală este de 10 lei pe oră, iar pentru zona de cartier de 4 lei pe
oră.

(2) Tarifele se aplică de luni până vineri, între orele 8,00 și 20,00.

(3) Sâmbăta, duminica și în zilele de sărbătoare legală parcarea este gratuită.

Art. 5 (1) Riveranii pot folosi locurile din zona lor pe baza unui abonament anual de 480 de lei pentru
primul autovehicul al gospodăriei.

(2) Pentru al doilea autovehicul al gospodăriei abonamentul este de 960 de lei pe an.

(3) Pentru al treilea și următoarele nu se acordă abonament.

Art. 6 Sunt scutite de plata tarifului:

a) autovehiculele persoanelor cu dizabilități care poartă card-legitimație, pe locurile marcate;

b) autovehiculele de intervenție ale ambulanței, pompierilor și poliției, aflate în misiune;

c) autovehiculele cu care se aprovizionează magazinele, între orele 6,00 și 8,00;

d) autovehiculele electrice, până la 31 decembrie 2028.

Art. 7 (1) Cel puțin 4% din locurile fiecărei străzi, dar nu mai puțin de unul, se marchează pentru
persoanele cu dizabilități.

(2) În fața școlilor, grădinițelor și creșelor, două locuri se rezervă, între orele 7,30 și 8,30, pentru
coborârea copiilor.

## Capitolul III Trotuare și sancțiuni

Art. 8 (1) Este interzisă parcarea pe trotuar, pe spațiul verde, pe pistele pentru biciclete și la mai
puțin de 10 metri de trecerile de pietoni.

(2) Autovehiculul parcat cu încălcarea alin. (1) se ridică, după ce poliția locală a încercat să îl
anunțe pe proprietar.

(3) Tariful pentru ridicare este de 500 de lei, iar pentru depozitare de 100 de lei pe zi.

(4) Nu se ridică autovehiculul în care se află o persoană sau un animal, nici cel al unei persoane cu
dizabilități care poartă card-legitimație la vedere.

(5) Proprietarul care ajunge înainte ca autovehiculul să fi fost ridicat de la sol nu plătește ridicarea.

Art. 9 (1) Neplata tarifului se constată de agenții poliției locale și se sancționează cu amendă de la
100 la 300 de lei.

(2) Cel sancționat poate achita jumătate din minimul amenzii în termen de 15 zile.

(3) Nu se sancționează cel care plătește în 24 de ore de la lăsarea înștiințării tariful pentru o zi
întreagă.

(4) Înștiințarea cuprinde ziua, ora, strada, numărul de înmatriculare, suma de plată și felul în care se
poate contesta.

## Capitolul IV Folosirea banilor și dispoziții finale

Art. 10 (1) Sumele încasate în temeiul art. 4 și 5 se folosesc numai pentru repararea trotuarelor,
amenajarea trecerilor de pietoni și a locurilor de parcare din zona în care s-au încasat.

(2) Primarul publică, până la 31 martie a fiecărui an, cât s-a încasat în fiecare zonă și pe ce s-a
cheltuit.

(3) Raportul cuprinde și gradul de ocupare a locurilor pe fiecare stradă, pe zile și pe ore, precum și
numărul autovehiculelor ridicate și al amenzilor anulate de instanță.

Art. 11 Zonele din anexa nr. 1 se pun în aplicare pe rând, începând cu cele în care consultarea
riveranilor s-a încheiat.

Art. 12 La data intrării în vigoare a prezentei hotărâri se abrogă orice dispoziție contrară.

Art. 13 Primarul, prin Direcția Administrarea Domeniului Public și Poliția Locală, duce la îndeplinire
prezenta hotărâre.

## Anexa nr. 1 Zone de parcare și tarife

| Zona | Străzi | Lei pe oră | Ore |
|---|---|---|---|
| Centrală | Bd. Mihail Kogălniceanu, Splaiul Independenței, Bd. Regina Elisabeta | 10 | 8,00–20,00 |
| Cotroceni | Str. Dr. Lister, Str. Carol Davila, Bd. Eroilor | 6 | 8,00–20,00 |
| Rahova | Calea Rahovei, Str. Mărgeanului, Șos. Alexandriei | 4 | 8,00–18,00 |
| Ferentari | Calea Ferentari, Str. Livezilor | 4 | 8,00–18,00 |
| Ghencea | Bd. Ghencea, Prelungirea Ghencea, Str. Brașov | 4 | 8,00–18,00 |
| Piețe agroalimentare | Piața Rahova, Piața Flora | 2 | 7,00–14,00 |
| Spitale | În jurul spitalelor, pe locurile marcate | 2 | |

## Anexa nr. 2 Condițiile abonamentului de riveran

1. Abonamentul se cere pe pagina primăriei, la ghișeu sau prin poștă și se eliberează în cel mult 10 zile
lucrătoare.

2. Cererea cuprinde numele, adresa și numărul de înmatriculare; primăria nu cere acte pe care le are
deja.

3. Abonamentul nu rezervă un anumit loc.

4. Riveranul care își schimbă autovehiculul anunță numărul nou, fără altă plată.

5. La mutarea din zonă se restituie banii pentru lunile întregi rămase.

6. Abonamentul se poate plăti în două rate egale, prima la eliberare și a doua în cel mult șase luni.

7. Riveranii care folosesc autovehiculul unui angajator sau al unei rude prezintă acordul scris al
proprietarului; abonamentul se eliberează pe numele riveranului.

8. Vizitatorii unui riveran pot parca pe baza a cel mult 30 de tichete gratuite pe an, fiecare valabil o zi,
pe care riveranul le activează prin aplicație sau la ghișeu.

9. Abonamentul obținut prin declarații neadevărate se anulează, iar cel în cauză nu mai poate cere altul
timp de un an.

10. Împotriva refuzului abonamentului se poate face plângere la primar, care răspunde în 30 de zile.

11. Riveranii care au la aceeași adresă un loc de parcare închiriat de la primărie pot cere abonament numai
după ce renunță la el.

12. În zilele în care pe stradă se lucrează sau se ține un târg, abonamentul este valabil și în zona vecină.

13. Primăria anunță cu cel puțin 30 de zile înainte expirarea abonamentului, prin mesaj text sau prin poștă,
după cum a ales riveranul.

14. Datele din cereri se folosesc numai pentru abonament și se șterg la un an după ce acesta a expirat.
"""


class Proposal(NamedTuple):
    """An amendment: by what kind of author, for whom, what it does at which place, the new text, why."""

    author_kind: str
    on_behalf_of: str
    place: str
    do: str
    new: str
    reason: str


PROPOSALS: tuple[Proposal, ...] = (
    Proposal(
        "resident",
        "",
        "art. 4 alin. (1)",
        "edit",
        ("Tariful pentru zona centrală este de 8 lei pe oră, iar pentru zona de cartier de 3 lei pe oră."),
        (
            "Zece lei pe oră este mai mult decât în alte orașe cu venituri mai mari. Cu opt lei locurile "
            "se eliberează la fel."
        ),
    ),
    Proposal(
        "association",
        "Asociația Pietonilor Cotroceni",
        "art. 4 alin. (1)",
        "edit",
        ("Tariful pentru zona centrală este de 12 lei pe oră, iar pentru zona de cartier de 4 lei pe oră."),
        (
            "Studiul din referat arată că abia de la 12 lei locurile se eliberează și mașinile nu se mai "
            "învârt pe străzi."
        ),
    ),
    Proposal(
        "business",
        "Brutăria din Rahova SRL",
        "art. 6 lit. c)",
        "edit",
        "autovehiculele cu care se aprovizionează magazinele, între orele 5,00 și 9,00;",
        ("Pâinea se livrează de la cinci dimineața, iar între șase și opt nu ajungem la toate magazinele."),
    ),
    Proposal(
        "resident",
        "",
        "art. 6 lit. d)",
        "delete",
        "",
        (
            "Cine își permite o mașină electrică nouă își permite și parcarea. Scutirea ia locuri fără să"
            " aducă aer curat."
        ),
    ),
    Proposal(
        "resident",
        "",
        "art. 6 lit. d)",
        "edit",
        "autovehiculele electrice, până la 31 decembrie 2026.",
        (
            "Scutirea a fost bună la început; acum sunt destule mașini electrice și trebuie încheiată mai"
            " repede."
        ),
    ),
    Proposal(
        "association",
        "Asociația Părinților Școala 141",
        "art. 7 alin. (2)",
        "edit",
        (
            "În fața școlilor, grădinițelor și creșelor, patru locuri se rezervă, între orele 7,30 și "
            "8,30 și între orele 11,30 și 14,00, pentru coborârea și urcarea copiilor."
        ),
        (
            "La prânz este la fel de aglomerat ca dimineața, iar două locuri nu ajung pentru o școală cu "
            "opt sute de elevi."
        ),
    ),
    Proposal(
        "resident",
        "",
        "art. 8 alin. (2)",
        "edit",
        (
            "Autovehiculul parcat cu încălcarea alin. (1) se ridică, după ce poliția locală a încercat de"
            " două ori să îl anunțe pe proprietar."
        ),
        "Un singur apel nu ajunge: oamenii dorm sau lucrează în ture.",
    ),
    Proposal(
        "resident",
        "",
        "art. 8 alin. (2)",
        "insert",
        "Ridicarea se filmează, iar filmarea se păstrează 30 de zile.",
        "Așa se poate dovedi și că mașina nu a fost zgâriată, și că nu a fost ridicată fără motiv.",
    ),
    Proposal(
        "business",
        "Auto Service Splai SRL",
        "art. 9 alin. (3)",
        "edit",
        (
            "Nu se sancționează cel care plătește în 48 de ore de la lăsarea înștiințării tariful pentru "
            "o zi întreagă."
        ),
        "Clienții lasă mașina la noi două zile și nu văd înștiințarea în prima.",
    ),
    Proposal(
        "association",
        "Centrul pentru Acces Liber",
        "art. 3 alin. (2)",
        "edit",
        (
            "Plata se poate face cu numerar la cel puțin două automate din fiecare stradă, dintre care "
            "unul accesibil din scaunul rulant."
        ),
        "Automatele de azi au ecranul la un metru și jumătate: din scaun nu se vede nimic.",
    ),
    Proposal(
        "resident",
        "",
        "art. 10 alin. (2)",
        "edit",
        (
            "Primarul publică, până la 31 martie a fiecărui an, cât s-a încasat în fiecare zonă și pe ce "
            "s-a cheltuit, pe străzi."
        ),
        (
            "Suma pe toată zona nu spune nimic: vrem să vedem dacă banii de pe strada noastră s-au întors"
            " pe strada noastră."
        ),
    ),
    Proposal(
        "resident",
        "",
        "art. 4 alin. (1)",
        "edit",
        ("Tariful pentru zona centrală este de 8 lei pe oră, iar pentru zona de cartier de 3 lei pe oră."),
        (
            "Sunt de acord cu tariful mai mic: părinții mei vin cu mașina la policlinică și stau câte "
            "trei ore."
        ),
    ),
)


# ── a second, shorter draft, whose proposals are being answered ───────────────
GROUNDS_TITLE = "Hotărâre privind programul și întreținerea locurilor de joacă"
GROUNDS_SUMMARY = "Când sunt deschise locurile de joacă, cât de des se verifică și cine răspunde de ele."
GROUNDS = """# Hotărâre privind programul și întreținerea locurilor de joacă

În temeiul prevederilor art. 166 alin. (2) din Ordonanța de urgență a Guvernului nr. 57/2019 privind Codul
administrativ,

HOTĂRĂȘTE:

Art. 1 Locurile de joacă din sector sunt deschise zilnic, între orele 8,00 și 20,00.

Art. 2 (1) Echipamentele se verifică o dată pe an.

(2) Rezultatul verificării se afișează la intrare.

Art. 3 Câinii nu au acces în locurile de joacă, nici ținuți în lesă.

Art. 4 Direcția Parcuri duce la îndeplinire prezenta hotărâre.
"""
PREPARED = (
    ("accepted", ""),
    (
        "rejected",
        "Studiul arată o ocupare de 85 % deja de la 10 lei pe oră; un tarif de 12 lei ar goli locurile.",
    ),
    ("accepted", ""),
)
"""What the department proposes to answer to the first amendments."""

GROUNDS_PROPOSALS: tuple[Proposal, ...] = (
    Proposal(
        "resident",
        "",
        "art. 1",
        "edit",
        "Locurile de joacă din sector sunt deschise zilnic, între orele 8,00 și 22,00.",
        "Vara copiii ies abia după ora opt seara, când scade căldura.",
    ),
    Proposal(
        "association",
        "Asociația Părinților Școala 141",
        "art. 2 alin. (1)",
        "edit",
        "Echipamentele se verifică de patru ori pe an.",
        "Anul trecut un leagăn s-a rupt la două luni după verificarea anuală.",
    ),
    Proposal(
        "resident",
        "",
        "art. 2 alin. (2)",
        "edit",
        "Rezultatul verificării se afișează la intrare și pe pagina primăriei.",
        "Ce stă pe o foaie la intrare se rupe sau se udă în prima săptămână.",
    ),
    Proposal(
        "resident",
        "",
        "art. 3",
        "edit",
        "Câinii nu au acces în locurile de joacă, cu excepția câinilor însoțitori.",
        "Un părinte nevăzător trebuie să poată veni cu câinele lui însoțitor.",
    ),
)
