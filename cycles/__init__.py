"""A participation cycle (e.g. "Buget participativ 2027"): its areas, its budget and its dated stages.

Words: cycle, area (a neighbourhood), stage (submission, review, vote, results), change of dates.
Promises others: a stage is open by its dates alone, `opens_at <= now < closes_at`; every change of a
date is public, with who, why, before and after; a vote that has ended can't be opened again.
"""
