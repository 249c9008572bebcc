"""Amendments word by word: the pure engine of draft decisions. docs/amendments.md tells it to newcomers.

Values in, values out: no database, no clock, no chance. In the order of a text's life:

`units`        a legal text as a tree; a `Version` is one immutable state of it
`tokens`       the words in which everything is counted; `marks` their bold and italic, `lines` their numbers
`labels`       „Art. 5”, „(2)”, „a)”: counted where they are not fixed, and cited
`operations`   what an amendment does, in places of the version it was written against
`derive`       an edited text → operations (`hunks` finds the differences)
`segments`, `sentences`   a change as struck and added words, and as a sentence
`anchors`      words of a version that know whether they are still there
`conflicts`    when two amendments cannot both be adopted; `index` finds them among thousands
`replay`       accepted amendments → the next version, with the origin of every word (`weaving`: their order)
`rebase`       what becomes of the open ones
`comparison`   two versions, unit by unit; which unit is which in a text from elsewhere; `record` its changes
`references`, `meaning`, `likeness`   links between units; what a change may mean elsewhere; near-duplicates
`reading/`     Markdown, plain and PDF text, DOCX, ODT → a tree that the clerk confirms
`writing/`     lines of plain text, Markdown, Akoma Ntoso, DOCX with tracked changes

What is refused raises `refused.Refused`, with a code and the facts for a sentence.
"""
