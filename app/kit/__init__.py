"""The ground floor: what every domain stands on. No civic word lives here.

Words: unit of work (one request or job = one transaction), register (public, hash-chained facts),
outbox (jobs and messages written in the same transaction and delivered after it), audience (who a
route is for), verdict (yes, or no-because).
"""
