"""Polls: who may vote, the ballot box, the count, the result, and its checking by anyone.

Words: poll, option, paper (what a voter expresses), ballot (the stored row), roll, check code, result.
Promises others: a result is recountable from published files alone; no row joins a voter to a paper.
"""
