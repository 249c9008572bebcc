"""Ideas of residents: drafting, similar ones, review by the department against a legal clock, projects.

Words: idea, draft, support, review, verdict, reason (of the published catalogue), costing, project.
Promises others: every verdict and its reason is public and never altered, only superseded; registration
numbers have no gaps; a project keeps its short number for ever; what is put to the vote is frozen.
"""
