"""A believable draft decision of a sector council, with everything that a draft may have in it."""

DECISION = """\
# PROIECT DE HOTĂRÂRE

privind aprobarea Regulamentului parcărilor de reședință din Sectorul 5

Având în vedere raportul de specialitate al Direcției Parcări nr. 4512/2027;

Ținând cont de prevederile Legii nr. 52/2003 privind transparența decizională;

În temeiul art. 139 alin. (1) din Ordonanța de urgență a Guvernului nr. 57/2019 privind Codul administrativ,

CONSILIUL LOCAL AL SECTORULUI 5

HOTĂRĂȘTE:

### CAPITOLUL I Dispoziții generale

##### Art. 1

(1) Se aprobă Regulamentul parcărilor, denumit în continuare „Regulamentul”, prevăzut în anexa nr. 1.

(2) Tariful de bază este de **10 lei** pe lună pentru primul loc și de *20 lei* pe lună pentru al doilea loc.

##### Art. 2

Pot cere un loc de parcare:

a) locuitorii cu domiciliul în sector;

b) societățile cu sediul în sector, în condițiile art. 1 alin. (2);

1. cu cel mult 9 angajați;

2. cu cel mult 3 vehicule;

c) cabinetele medicale.

Cererile se depun la ghișeu sau prin internet, potrivit art. 3.

### CAPITOLUL II Dispoziții finale

##### Art. 3

Direcția Parcări răspunde în 30 de zile de la cererea prevăzută la art. 2.

##### Art. 4

Anexele nr. 1 și 2 fac parte integrantă din prezenta hotărâre.

PREȘEDINTE DE ȘEDINȚĂ, Maria Ionescu

## ANEXA nr. 1 Regulamentul parcărilor de reședință

##### Art. 1

Locurile se atribuie în ordinea cererilor, cu respectarea art. 2.

##### Art. 2

Un loc are cel puțin 2,5 m pe 5 m, adică 12,5 m².

## ANEXA nr. 2 Tarife

| Zona | Lei pe lună |
| --- | --- |
| Rahova | 10 |
| Cotroceni, str. A\\*B | 20 |
"""
