"""Field consultations: a programme that is published, and kept.

Words: season (the programme of some months), consultation (one session in a neighbourhood, on a day, at a
venue), host (the official who holds it: the mayor, a deputy, a councillor), venue, change (of what was
published; public for ever), registration (somebody comes, perhaps with guests), place (a seat: one for each
person), waiting list, ticket (the code by which the door knows a registration).
It promises others: what was published is never altered, only changed with a reason; whether a season was
kept follows from those rows alone, by anybody's program.
"""
