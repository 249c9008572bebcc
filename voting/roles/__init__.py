"""What the registrar, the trustees and anybody who checks run on machines of their own: files in, files out.

Nothing here opens the platform's database, and the network only to fetch what is to be checked. Every file
that leaves has the form of the Belenios specification: each step can be done with `belenios-tool` as well.
"""

from voting.roles.auditor import verify_main
from voting.roles.registrar import registrar_main
from voting.roles.trustee import trustee_main

__all__ = ["registrar_main", "trustee_main", "verify_main"]
