"""Residents and officials: who somebody is, how they sign in, and whether they live here.

Words: account, session, role, official (an account with a role, signed in with its second factor), residence
(the verified fact that a person lives in the district), desk, letter. Promises to the others `policy.Actor`,
`queries.load_actor`, and that two accounts never hold a residence for the same person at the same time.
"""
