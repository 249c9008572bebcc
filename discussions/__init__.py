"""Comments, replies, reports and moderation on any subject.

A subject is named by a reference (`amendment:<id>`), which the domain that owns it resolves: `app/wiring.py`
hands the resolvers over, and nothing here knows what an amendment is. A scope is the wider subject, whose
newest comments and counts are read at once (`act:<id>`).
"""
