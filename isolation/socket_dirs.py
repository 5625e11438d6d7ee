"""Owner and mode of the folder through which a jail and the trusted side meet."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from isolation.contract import RuntimeFault


def hand_over(folder: Path, uid: int) -> None:
    """Let the jail's `uid` in, and as few others as this process is able to shut out.

    Called before the jail starts, so nobody hostile can change the folder meanwhile. As root the folder
    becomes the jail's own. A plain user cannot give files away and opens it to all instead: the folder
    above must be the user's alone. Raises RuntimeFault.
    """
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise RuntimeFault(f"{folder} is not a folder.")
    as_root = os.geteuid() == 0
    for entry in folder.iterdir():
        if stat.S_ISSOCK(entry.lstat().st_mode):
            entry.chmod(0o666)  # connecting needs write permission; the folder keeps others away
    if as_root:
        os.chown(folder, uid, uid)
    folder.chmod(0o700 if as_root else 0o777)
