"""Open data: everything public of a cycle in one file, made anew each night for anybody to take away.

A data package is a ZIP of CSV tables with their description, as the Frictionless Data Package standard has it
(`datapackage.json`: what each column is, how many rows, SHA-256 of each file). The domains own the tables and
hand them over in `app/wiring.py`; nothing here knows what an idea is. Only the newest package of a cycle is
kept: who closes an account or withdraws a comment is not in it from the next night on.
"""
