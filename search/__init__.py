"""Search over everything public: one index of words, the same on both databases.

The domains know what is public; `app/wiring.py` hands over a source for each kind of page, and nothing here
knows what an idea is. A job compares what the sources have with what is indexed and writes the difference, so
nobody who changes a page has to think of the index, and an index that was lost is made anew by itself.
"""
