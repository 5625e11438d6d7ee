"""Whether a jail will be able to read what it is shown."""

from __future__ import annotations

import stat
from collections.abc import Sequence

from isolation.contract import Bind, RuntimeFault


def check(binds: Sequence[Bind]) -> None:
    """Raise RuntimeFault for a source that is missing, or closed to the uid of a jail.

    Only the source itself: folders above it do not count, since it is shown without them.
    """
    for bind in binds:
        try:
            mode = bind.source.stat().st_mode
        except OSError as error:
            raise RuntimeFault(f"{bind.source} cannot be shown in a jail: {error.strerror}.") from error
        wanted = 0o005 if stat.S_ISDIR(mode) else 0o004
        if mode & wanted != wanted:
            raise RuntimeFault(f"{bind.source} is closed to a jail's user. Run: chmod -R o+rX {bind.source}")
