"""Notices: telling people what happened, at once or once a week, until they say stop.

Words: topic (what can be followed: a reference like `idea:9f3…`), event (what happened, once), notice (that
one person is told of one event), kind (why they are told), rhythm (how soon), digest (the mail of the week).
Whoever makes something happen announces it in the same transaction; a job finds the people, each once.
Legal notices (a verdict, a question with a term, a contestation) are no notices: they are mailed at once.
"""
