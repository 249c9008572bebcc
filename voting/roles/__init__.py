"""What the registrar and the trustees run on machines of their own: files in, files out.

Nothing here opens the platform's database or the network. Every file that leaves has the form of the Belenios
specification, so that each step can be done with `belenios-tool` as well.
"""

from voting.roles.registrar import registrar_main
from voting.roles.trustee import trustee_main

__all__ = ["registrar_main", "trustee_main"]
