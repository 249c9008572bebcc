"""Our own schematic of Bucharest's Sector 5, drawn by hand from what everybody knows of the town.

It is simplified and off by some hundred meters here and there: good for showing roughly where something
is, never for deciding who lives where.
"""

from proposals.rules.maps import Line, Map, Place, Point, fit_box

DISTRICT = "Sectorul 5"


def _points(*pairs: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(*pair) for pair in pairs)


OUTLINE = _points(
    (44.4285, 26.101),
    (44.435, 26.0965),
    (44.436, 26.088),
    (44.4362, 26.079),
    (44.4385, 26.068),
    (44.433, 26.0625),
    (44.428, 26.056),
    (44.419, 26.0505),
    (44.4125, 26.03),
    (44.4085, 26.006),
    (44.4035, 26.004),
    (44.402, 26.012),
    (44.3885, 26.0235),
    (44.382, 26.04),
    (44.379, 26.056),
    (44.3825, 26.0705),
    (44.3795, 26.084),
    (44.39, 26.089),
    (44.402, 26.0915),
    (44.41, 26.0885),
    (44.4175, 26.09),
    (44.422, 26.0955),
    (44.4265, 26.1005),
)
LINES = (
    Line(
        "Dâmbovița",
        "river",
        _points(
            (44.4445, 26.057),
            (44.4358, 26.0745),
            (44.4352, 26.081),
            (44.4338, 26.0885),
            (44.4315, 26.0955),
            (44.4285, 26.101),
            (44.425, 26.107),
            (44.4205, 26.1125),
        ),
        name_at=21,
    ),
    Line(
        "Bulevardul Ghencea",
        "street",
        _points((44.4085, 26.0065), (44.4125, 26.03), (44.4165, 26.0425), (44.419, 26.0505)),
    ),
    Line(
        "", "street", _points((44.419, 26.0505), (44.4215, 26.06), (44.423, 26.0715), (44.4248, 26.086))
    ),  # Calea 13 Septembrie
    Line(
        "Șoseaua Alexandriei",
        "street",
        _points((44.387, 26.0205), (44.3965, 26.0345), (44.4075, 26.0535)),
    ),
    Line(
        "Calea Rahovei",
        "street",
        _points((44.4075, 26.0535), (44.4135, 26.0685), (44.4187, 26.083), (44.4265, 26.0985)),
    ),
    Line(
        "Calea Ferentari",
        "street",
        _points((44.385, 26.0715), (44.3975, 26.0685), (44.4187, 26.083)),
        name_at=56,
    ),
    Line("", "street", _points((44.434, 26.063), (44.429, 26.0655), (44.423, 26.0715))),  # Șoseaua Panduri
)
PLACES = (
    Place("Cotroceni", "area", Point(44.4334, 26.0672)),
    Place("Panduri", "area", Point(44.4277, 26.0655)),
    Place("Dealul Spirii", "area", Point(44.4246, 26.0885)),
    Place("13 Septembrie", "area", Point(44.4213, 26.0685)),
    Place("Mărgeanului", "area", Point(44.4135, 26.0535)),
    Place("Ghencea", "area", Point(44.4085, 26.024)),
    Place("Rahova", "area", Point(44.4005, 26.0505)),
    Place("Ferentari", "area", Point(44.403, 26.0805)),
    Place("Eroilor", "metro", Point(44.435, 26.076), "right"),
    Place("Izvor", "metro", Point(44.4325, 26.0895), "above"),
    Place("Piața Unirii", "metro", Point(44.428, 26.103), "above-left"),
    Place("Academia Militară", "metro", Point(44.4295, 26.0632), "left"),
    Place("Parlament", "landmark", Point(44.4272, 26.0875), "left"),
    Place("Piața Chirigiu", "landmark", Point(44.4187, 26.083), "right"),
    Place("Piața Rahova", "landmark", Point(44.4135, 26.0685), "right"),
    Place("Stadionul Ghencea", "landmark", Point(44.4118, 26.0425)),
    Place("Parcul Sebastian", "landmark", Point(44.417, 26.0665), "left"),
)
SECTOR_5 = Map(title=DISTRICT, box=fit_box(OUTLINE), outline=OUTLINE, lines=LINES, places=PLACES)
