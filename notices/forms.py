"""What people choose."""

import msgspec

from notices.states import Kind, Rhythm


class RhythmsForm(msgspec.Struct, frozen=True):
    """How soon for each kind; one that is left out stays as it is."""

    own: Rhythm | None = None
    supported: Rhythm | None = None
    works: Rhythm | None = None
    replies: Rhythm | None = None
    acts: Rhythm | None = None
    area: Rhythm | None = None

    def rhythms(self) -> dict[Kind, Rhythm]:
        """Those that were chosen, by kind."""
        chosen = {kind: getattr(self, kind.value) for kind in Kind}
        return {kind: rhythm for kind, rhythm in chosen.items() if rhythm is not None}
