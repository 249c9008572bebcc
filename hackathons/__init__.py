"""Hackathons and project competitions.

So far the jury's arithmetic alone (`rules/`): who reads what, and what the scores say. Here will live
challenges, teams, submissions, score sheets and the published results; until then nothing on the site offers
any of it.
"""
