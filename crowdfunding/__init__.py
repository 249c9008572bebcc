"""Campaigns that residents pay into and the town matches.

Empty for now: only the place is kept. Here will live campaigns, pledges, the matching rule, the ledger in
integer bani, refunds and payouts. Until then nothing on the site takes or promises any money.
"""
