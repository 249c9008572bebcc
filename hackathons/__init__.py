"""Hackathons and project competitions.

Empty for now: only the place is kept. Here will live challenges, teams, submissions, the jury's scores and
the published results. Until then nothing on the site offers any of it.
"""
