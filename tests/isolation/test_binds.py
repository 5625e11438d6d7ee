"""A source that a jail could not read is refused before the jail starts."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from isolation import binds
from isolation.contract import Bind, RuntimeFault


@pytest.mark.parametrize(("mode", "good"), [(0o755, True), (0o705, True), (0o700, False), (0o704, False)])
def test_a_folder_must_be_open_to_others(tmp_path: Path, mode: int, good: bool) -> None:
    shown = tmp_path / "closed" / "shown"
    shown.mkdir(parents=True)
    shown.chmod(mode)
    shown.parent.chmod(0o700)  # a closed folder above does not matter
    bind = Bind(source=shown, target=PurePosixPath("/opt/x"))
    if good:
        binds.check([bind])
    else:
        with pytest.raises(RuntimeFault, match="chmod"):
            binds.check([bind])


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFault, match="missing"):
        binds.check([Bind(source=tmp_path / "missing", target=PurePosixPath("/opt/x"))])
