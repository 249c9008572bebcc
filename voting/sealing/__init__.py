"""The ballot box: today a hash chain over opaque papers (`box`), and the engine of sealed votes.

The engine is the Belenios protocol, version 1, in the profile of one ranked question in the group
RFC-3526-2048; an archive made here is checked by `belenios-tool`, and the other way round. It is pure: values
in, values out, no web, no database.
"""
