"""The texts of the demonstration: invented people and ideas of an imagined Sector 5."""

from typing import Literal

import msgspec

AREAS: tuple[tuple[str, str], ...] = (
    ("rahova", "Rahova"),
    ("ferentari", "Ferentari"),
    ("cotroceni", "Cotroceni"),
    ("13-septembrie", "13 Septembrie"),
    ("ghencea", "Ghencea"),
    ("panduri", "Panduri"),
    ("dealul-spirii", "Dealul Spirii"),
    ("margeanului", "Mărgeanului"),
)


class Work(msgspec.Struct, frozen=True):
    """An idea that became a project: what its author wrote and what the department costed."""

    title: str
    body: str
    area: str
    place: str
    lines: tuple[tuple[str, int, str, int], ...]  # description, quantity, unit, price of one in lei


class Wish(msgspec.Struct, frozen=True):
    """An idea under way, with what has happened to it."""

    title: str
    body: str
    area: str
    place: str
    lei: int
    fate: str  # sent, asked, answered, rejected:<reason>, forwarded:<to whom>, accepted, changed, draft
    note: str = ""
    contest: str = ""  # why the author contests the decision


FIRST_NAMES = [
    "Ana",
    "Maria",
    "Ioana",
    "Elena",
    "Andreea",
    "Mihaela",
    "Cristina",
    "Gabriela",
    "Alina",
    "Raluca",
    "Simona",
    "Daniela",
    "Carmen",
    "Irina",
    "Roxana",
    "Andrei",
    "Mihai",
    "Alexandru",
    "Ștefan",
    "Cristian",
    "Adrian",
    "Bogdan",
    "Radu",
    "Vlad",
    "Florin",
    "Gheorghe",
    "Ion",
    "Nicolae",
    "Marian",
    "Cătălin",
]
LAST_NAMES = [
    "Popescu",
    "Ionescu",
    "Dumitru",
    "Stan",
    "Stoica",
    "Gheorghe",
    "Matei",
    "Ciobanu",
    "Rusu",
    "Munteanu",
    "Marin",
    "Tudor",
    "Dobre",
    "Barbu",
    "Nistor",
    "Florea",
    "Dinu",
    "Lungu",
    "Petrescu",
    "Neagu",
    "Văduva",
    "Șerban",
    "Țăranu",
    "Ene",
    "Manole",
    "Oprea",
    "Preda",
    "Voicu",
    "Iordache",
    "Năstase",
]

# ── the contest whose vote is open ────────────────────────────────────────────
WORKS: tuple[Work, ...] = (
    Work(
        "Copaci pe Calea Rahovei, de la Piața Rahova la Razoare",
        "Vara, trotuarul de pe Calea Rahovei ajunge la peste 50 de grade. Propun **180 de tei și arțari** în aliniament, "
        "cu irigare prin picurare și grilaje la rădăcină, ca bătrânii să poată merge pe jos până la piață.\n\n"
        "- umbră continuă pe 1,4 km\n- mai puțin praf la geamurile blocurilor\n- locuri de odihnă la fiecare 200 m",
        "rahova",
        "Calea Rahovei, între Piața Rahova și Șoseaua Razoare",
        (
            ("Arbore cu balot, circumferință 18–20 cm, plantat", 180, "buc.", 1150),
            ("Irigare prin picurare", 1400, "m", 95),
            ("Bancă cu spătar", 14, "buc.", 2300),
        ),
    ),
    Work(
        "Treceri de pietoni iluminate la șase școli",
        "La ora opt dimineața, iarna, copiii trec strada pe întuneric. Trecerile să aibă lumină albă asimetrică, "
        "praguri vizuale și butoane, începând cu școlile nr. 134, 136, 143 și 280.",
        "ferentari",
        "Lângă școlile nr. 134, 136, 143, 147, 280 și 299",
        (
            ("Trecere iluminată cu doi stâlpi", 6, "buc.", 38500),
            ("Marcaj rezonator și semnalizare", 6, "buc.", 7200),
        ),
    ),
    Work(
        "Grădina urbană de pe strada Sebastian",
        "Un teren viran de 900 mp, astăzi plin de moloz, poate deveni grădină comună: 40 de straturi înălțate, "
        "compost, apă de ploaie, o masă lungă pentru vecini.",
        "13-septembrie",
        "Strada Sebastian, lângă nr. 88",
        (
            ("Curățare și pământ vegetal", 900, "mp", 85),
            ("Strat înălțat din lemn", 40, "buc.", 620),
            ("Bazin de apă de ploaie cu pompă", 1, "buc.", 14500),
        ),
    ),
    Work(
        "Bibliotecă și sală de lectură la parterul blocului 88",
        "Spațiul primăriei stă gol de patru ani. Copiii din zonă nu au unde să învețe după ore. Sală pentru 40 de locuri, "
        "program până la ora 20, rampă pentru cărucioare.",
        "ferentari",
        "Aleea Livezilor, parterul blocului 88",
        (
            ("Renovare spațiu", 240, "mp", 1450),
            ("Mobilier și rafturi", 1, "set", 86000),
            ("Fond de carte", 6000, "vol.", 32),
        ),
    ),
    Work(
        "Pistă de biciclete Drumul Sării – Parcul Sebastian",
        "Legătură protejată între două parcuri, fără a desființa trotuarul: separator, semafoare pentru biciclete și "
        "parcări la capete.",
        "ghencea",
        "Drumul Sării, până la Parcul Sebastian",
        (("Pistă protejată", 2100, "m", 520), ("Rastel cu cinci locuri", 12, "buc.", 2600)),
    ),
    Work(
        "Toaletă publică accesibilă în Parcul Romniceanu",
        "Cine vine cu un copil mic sau cu un părinte în vârstă pleacă din parc după o oră. O toaletă automată, accesibilă "
        "pentru scaune rulante, cu masă de înfășat.",
        "cotroceni",
        "Parcul Romniceanu, intrarea dinspre Șoseaua Panduri",
        (("Toaletă modulară accesibilă", 1, "buc.", 385000), ("Racorduri și platformă", 1, "set", 62000)),
    ),
    Work(
        "Curtea Școlii nr. 150 deschisă după ore",
        "Terenul de sport stă încuiat după-amiaza și în weekend. Gard cu poartă dinspre stradă, iluminat, paznic, "
        "suprafață nouă.",
        "rahova",
        "Curtea Școlii gimnaziale nr. 150",
        (
            ("Suprafață sintetică", 1100, "mp", 265),
            ("Iluminat sportiv", 6, "stâlpi", 14800),
            ("Poartă și gard", 1, "set", 39000),
        ),
    ),
    Work(
        "Pietonală de weekend pe Splaiul Independenței",
        "Duminica, între orele 9 și 19, malul Dâmboviței să fie al oamenilor: mobilier mobil, umbră, scenă mică.",
        "dealul-spirii",
        "Splaiul Independenței, între Izvor și Eroilor",
        (
            ("Mobilier urban mobil", 1, "set", 148000),
            ("Semnalizare și bariere", 1, "set", 54000),
            ("Programare culturală, sezon", 1, "sezon", 120000),
        ),
    ),
    Work(
        "Senzori de aer la grădinițe, cu date publice",
        "Douăzeci de senzori etalonați, cu valorile afișate la intrare și publicate ca date deschise, ca să știm când "
        "copiii pot ieși în curte.",
        "margeanului",
        "Douăzeci de grădinițe din sector",
        (("Senzor etalonat PM2,5 și NO2", 20, "buc.", 5400), ("Platformă de date, doi ani", 1, "set", 48000)),
    ),
    Work(
        "Banda verde din spatele pieței Ferentari",
        "Din depozit de gunoaie, o fâșie verde de 300 m, cu arbuști, iluminat și două locuri de joacă mici.",
        "ferentari",
        "În spatele Pieței Ferentari",
        (("Amenajare peisagistică", 3600, "mp", 118), ("Loc de joacă mic", 2, "buc.", 96000)),
    ),
    Work(
        "Rampe și lifturi la pasajul Eroilor",
        "Cine merge în scaun rulant ocolește 1,2 km. Două lifturi exterioare și rampe corecte, cu balustradă dublă.",
        "cotroceni",
        "Pasajul Eroilor, ambele capete",
        (("Lift exterior", 2, "buc.", 410000), ("Rampă cu balustradă", 2, "buc.", 58000)),
    ),
    Work(
        "Atelier de reparat biciclete și mici electrocasnice",
        "Un atelier de cartier unde meșterii pensionari îi învață pe tineri. Scule, mese, două după-amiezi pe săptămână.",
        "panduri",
        "Strada Veronica Micle, spațiul fostei centrale",
        (("Dotare atelier", 1, "set", 74000), ("Adaptare spațiu", 110, "mp", 900)),
    ),
    Work(
        "Reparația scărilor dintre Uranus și Izvor",
        "Treptele din beton s-au rupt, iar balustrada lipsește. Sunt folosite zilnic de mii de oameni.",
        "dealul-spirii",
        "Scările dintre Calea 13 Septembrie și Parcul Izvor",
        (("Refacere trepte din granit", 126, "trepte", 1900), ("Balustradă și iluminat", 1, "set", 67000)),
    ),
    Work(
        "Adăposturi în stațiile de autobuz fără acoperiș",
        "Treizeci de stații au doar un stâlp. Adăpost cu bancă, iluminat solar și orar lizibil.",
        "ghencea",
        "Treizeci de stații din Ghencea, Rahova și Mărgeanului",
        (("Adăpost cu bancă și iluminat solar", 30, "buc.", 18900),),
    ),
    Work(
        "Centru de zi pentru vârstnici în Mărgeanului",
        "Șah, gimnastică, ajutor la formulare, o masă caldă de două ori pe săptămână. Spațiul există, trebuie adaptat.",
        "margeanului",
        "Strada Mărgeanului, fosta casă de cultură",
        (("Adaptare clădire", 310, "mp", 1650), ("Dotare", 1, "set", 92000)),
    ),
    Work(
        "Cișmele noi și fântâna din Piața Coșbuc",
        "Zece cișmele cu apă potabilă pe traseele de mers pe jos și repararea fântânii care nu mai curge din 2009.",
        "13-septembrie",
        "Piața George Coșbuc și traseele din jur",
        (("Cișmea racordată", 10, "buc.", 14200), ("Reparație fântână", 1, "set", 138000)),
    ),
)

# ── the cycle in which ideas are being sent ───────────────────────────────────
WISHES: tuple[Wish, ...] = (
    Wish(
        "Umbrare pentru locul de joacă din Parcul Sebastian",
        "La prânz, toboganele ard. Propun prelate textile pe stâlpi, ca în parcurile din Sevilla, demontabile iarna.",
        "13-septembrie",
        "Parcul Sebastian, locul de joacă mare",
        145000,
        "sent",
    ),
    Wish(
        "Prelate de umbră la locul de joacă Sebastian",
        "Copiii nu pot folosi locul de joacă din iunie până în septembrie. O pânză de umbră ar rezolva problema.",
        "13-septembrie",
        "Parcul Sebastian",
        90000,
        "sent",
    ),
    Wish(
        "Iluminat pe aleea dintre blocurile M și Piața Rahova",
        "Aleea este singurul drum scurt spre metrou și nu are niciun felinar pe 220 de metri.",
        "rahova",
        "Aleea dintre blocurile M14–M22 și Piața Rahova",
        120000,
        "asked",
        "Pe planurile noastre aleea apare ca fiind a asociațiilor de proprietari. Ne puteți spune pe care dintre cele două "
        "alei o aveți în vedere și, dacă se poate, să atașați o fotografie?",
    ),
    Wish(
        "Sterilizarea câinilor fără stăpân din zona Antiaeriană",
        "Haitele din spatele cazărmii sperie elevii. Campanie de sterilizare și adopții, cu medic veterinar mobil.",
        "ghencea",
        "Zona Antiaeriană",
        180000,
        "answered",
        "Câți câini estimați și unde se adună de obicei?",
    ),
    Wish(
        "Metrou până în Ferentari",
        "Cartierul nu are nicio stație de metrou. Cerem prelungirea magistralei cu două stații.",
        "ferentari",
        "Șoseaua Ferentari",
        90000000,
        "forwarded:Ministerul Transporturilor și Infrastructurii",
        "Lucrările la metrou țin de Metrorex și de Ministerul Transporturilor. Am trimis ideea mai departe ministerului, "
        "cu numărul de înregistrare de aici.",
    ),
    Wish(
        "Parcare subterană sub Parcul Romniceanu",
        "Nu mai avem unde parca, iar seara mașinile stau pe trotuare. Sub parc ar încăpea 300 de locuri.",
        "cotroceni",
        "Parcul Romniceanu",
        42000000,
        "rejected:R03",
        "Costul estimat depășește de zece ori bugetul întregului contest, iar lucrarea ar desființa arbori protejați.",
        "Am propus parcarea sub alee, nu sub arbori: pe aleea principală nu este niciun copac protejat. Iar un singur nivel "
        "încape în buget.",
    ),
    Wish(
        "Piață volantă de producători, sâmbăta, în Panduri",
        "Douăzeci de tarabe, sâmbăta dimineața, pe platoul din fața fostului cinematograf.",
        "panduri",
        "Platoul de pe Șoseaua Panduri nr. 60",
        65000,
        "accepted",
    ),
    Wish(
        "Covoare pentru insectele polenizatoare pe terasamente",
        "Fâșii de flori sălbatice în loc de gazon tuns: mai puțină apă, mai mulți fluturi.",
        "margeanului",
        "Terasamentele de pe Șoseaua Sălaj",
        38000,
        "changed",
        "Fâșiile se fac numai pe taluzul dinspre bloc: pe cel dinspre linie, regulamentul cere iarbă scundă.",
    ),
    Wish(
        "Teatru în aer liber în curtea Bibliotecii „George Coșbuc”",
        "O scenă mică din lemn și bănci pentru 120 de oameni. Vara, trei seri pe săptămână.",
        "13-septembrie",
        "Curtea bibliotecii",
        410000,
        "accepted",  # and so large that it waits for a second reviewer
    ),
    Wish(
        "Stâlpișori contra parcării pe trotuarul din fața Spitalului Municipal",
        "Salvările și cărucioarele nu au loc. Treizeci de stâlpișori și un marcaj clar ar fi de ajuns.",
        "cotroceni",
        "Splaiul Independenței nr. 169",
        27000,
        "sent",
    ),
    Wish(
        "Cursuri gratuite de înot pentru elevii de clasa a III-a",
        "Bazinul de la Clubul Sportiv are ore libere dimineața. Doi instructori, transport, un an școlar.",
        "rahova",
        "Bazinul din Calea Rahovei",
        260000,
        "sent",
    ),
    Wish(
        "Hartă a locurilor unde se inundă după ploaie",
        "Locuitorii știu cel mai bine. O hartă la care să punem semne, iar primăria să răspundă cu termene.",
        "ferentari",
        "Tot sectorul",
        40000,
        "draft",
    ),
)

# ── the contest that has been decided ─────────────────────────────────────────
PAST_PROJECTS: tuple[tuple[str, str, int], ...] = (
    ("Reabilitarea locului de joacă din Parcul Cheresteaua", "margeanului", 420000),
    ("Stație de reparat biciclete la Răzoare", "ghencea", 36000),
    ("Panouri solare pe Școala nr. 141", "rahova", 510000),
    ("Cinema în aer liber în Parcul Izvor", "dealul-spirii", 180000),
    ("Plantarea a 500 de arbori în Ferentari", "ferentari", 390000),
    ("Teren de baschet sub pasajul Basarab", "cotroceni", 260000),
    ("Defibrilatoare în zece locuri publice", "13-septembrie", 145000),
    ("Renovarea sălii de sport a Liceului „Dimitrie Bolintineanu”", "rahova", 780000),
    ("Bănci și umbră la Spitalul Municipal", "cotroceni", 98000),
    ("Punct de colectare a deșeurilor electronice", "panduri", 75000),
    ("Iluminat în Parcul Prosperității", "ferentari", 210000),
    ("Sens unic și piste pe strada Sabinelor", "13-septembrie", 330000),
)

ANSWER_ABOUT_DOGS = (
    "Am numărat paisprezece în februarie, lângă gardul cazărmii, dimineața între șase și opt. Am vorbit și cu un medic "
    "veterinar din cartier, care ar veni o zi pe lună."
)
SUMMARY_VOTE = (
    "Locuitorii Sectorului 5 hotărăsc cum se cheltuiesc **3.000.000 lei** din bugetul local: ideile sunt ale lor, "
    "costurile sunt socotite de departament, iar ordinea o dau voturile."
)
SUMMARY_VOTE_EN = (
    "The residents of District 5 decide how **3,000,000 lei** of the local budget are spent: the ideas are theirs, the "
    "costs are worked out by the department, and the votes set the order."
)
SUMMARY_IDEAS = (
    "Ce i-ar trebui cartierului dumneavoastră? Trimiteți o idee: departamentul o verifică în termen legal, cu motive "
    "publice, iar ideile bune ajung la vot în primăvară."
)
SUMMARY_IDEAS_EN = (
    "What does your neighbourhood need? Send an idea: the department reviews it within its legal deadline, with public "
    "reasons, and the good ones are voted on in spring."
)
SUMMARY_PAST = "Doisprezece proiecte au intrat la vot; rezultatul, buletinele și calculul sunt publice."
SUMMARY_PAST_EN = "Twelve projects were put to the vote; the result, the ballots and the working are public."

# Where the place of an idea is one point, its pin on the schematic (latitude, longitude), roughly.
PINS: dict[str, tuple[float, float]] = {
    "Splaiul Independenței, între Izvor și Eroilor": (44.4344, 26.0835),
    "Pasajul Eroilor, ambele capete": (44.4352, 26.0757),
    "În spatele Pieței Ferentari": (44.4078, 26.0752),
    "Piața George Coșbuc și traseele din jur": (44.4206, 26.0892),
    "Parcul Sebastian, locul de joacă mare": (44.4171, 26.0673),
    "Parcul Sebastian": (44.4168, 26.0678),
    "Aleea dintre blocurile M14–M22 și Piața Rahova": (44.4128, 26.0676),
    "Splaiul Independenței nr. 169": (44.4368, 26.0717),
}


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """An election: what is voted on, by which rule, and who stands as (name, text)."""

    title: str
    title_en: str
    summary: str
    rule: str
    vote_type: Literal["ordinal", "approval", "scoring"]
    seats: int
    longest: int | None = None
    candidates: tuple[tuple[str, str], ...]


COUNCIL = Ballot(
    title="Consiliul cartierului Rahova",
    title_en="The neighbourhood council of Rahova",
    summary="Trei locuitori care se întâlnesc lunar cu primăria și spun ce lipsește în cartier.",
    rule="stv/scottish",
    vote_type="ordinal",
    seats=3,
    longest=6,
    candidates=(
        ("Ana-Maria Dobrescu", "Învățătoare, locuiește în cartier de treizeci de ani."),
        ("Gheorghe Pătrașcu", "Pensionar STB, cunoaște fiecare stație."),
        ("Irina Vasilache", "Arhitectă, a măsurat trotuarele cu vecinii."),
        ("Florin Neagu", "Antrenor la clubul de lângă piață."),
        ("Sorina Tudose", "Asistentă medicală, ține de umbră și de fântâni."),
        ("Ștefan Ilinca", "Student, merge cu bicicleta la facultate."),
        ("Mioara Câmpeanu", "Administratoare a trei blocuri."),
        ("Dănuț Oprișan", "Tată a patru copii, vrea treceri sigure."),
        ("Valentina Rusu", "Bibliotecară, caută loc pentru un club de lectură."),
    ),
)
PARK_NAME = Ballot(
    title="Numele parcului nou de pe Șoseaua Antiaeriană",
    title_en="The name of the new park on Antiaeriană Road",
    summary="Parcul se deschide la toamnă. Numele îl aleg vecinii.",
    rule="majority-judgment",
    vote_type="scoring",
    seats=1,
    candidates=(
        ("Parcul Castanilor", "După cei doi castani bătrâni care rămân."),
        ("Parcul Depoului", "După depoul de tramvaie de odinioară."),
        ("Parcul Copiilor", "Au desenat locul de joacă."),
        ("Parcul Liliacului", "Se plantează două sute."),
        ("Parcul Mare", "Așa îi spun toți deja."),
    ),
)
COMMITTEE = Ballot(
    title="Reprezentanții locuitorilor în comitetul pieței",
    title_en="The residents on the market committee",
    summary="Doi locuitori care verifică orarul, curățenia și prețul meselor.",
    rule="approval",
    vote_type="approval",
    seats=2,
    longest=4,
    candidates=(
        ("Lucia Anghel", "Cumpără în piață de patruzeci de ani."),
        ("Petre Drăgan", "Fost inspector sanitar."),
        ("Camelia Stroe", "Ține registrul asociației de proprietari."),
        ("Iulian Matache", "Bucătar."),
        ("Rodica Bănică", "Locuiește deasupra pieței."),
        ("Tiberiu Lazăr", "Contabil."),
    ),
)
YOUTH = Ballot(
    title="Consiliul tinerilor",
    title_en="The youth council",
    summary="Cinci tineri între 16 și 25 de ani.",
    rule="stv/scottish",
    vote_type="ordinal",
    seats=5,
    candidates=tuple(
        (name, "")
        for name in (
            "Alexia Popa",
            "Rareș Manole",
            "Teodora Ene",
            "Vlad Chiriac",
            "Bianca Savu",
            "Luca Toma",
            "Daria Neacșu",
        )
    ),
)
