"""Draft decisions and the line-level amendments that people propose to them.

`rules/` is the procedure of the law with its clocks. `text/` is the engine: what an amendment is, when two
conflict, how a text becomes another. Draft decisions
under public debate, the responses amendments get and their pages are to come; until then nothing on the site
offers any of it.
"""
