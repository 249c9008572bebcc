"""Draft decisions and the line-level amendments that people propose to them.

Empty for now: only the place is kept. Here will live draft decisions under public debate, amendments that
name the lines they change, the responses they get, and the consolidated text. Until then nothing on the
site offers any of it.
"""
