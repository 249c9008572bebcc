"""Benchmarks: what the platform costs, measured beside a bare "hello" in the same run.

Each module here is one benchmark or a part of one; `./obste bench NAME [--short]` runs it and prints its
headline as the last line. docs/benchmarks.md says how to read what is printed.
"""
