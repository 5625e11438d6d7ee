"""What the forking process does by itself, without a jail around it."""

from __future__ import annotations

import os
from pathlib import Path

from harness.runner.shim import empty, libraries


def test_libraries_are_what_the_submission_imports_and_does_not_bring(tmp_path: Path) -> None:
    (tmp_path / "specdec.py").write_text(
        "import torch.nn.functional as F\nfrom sampling import draw\nfrom . import other\n"
        "def generate():\n    import numpy, __main__\n    from collections.abc import Sequence\n"
    )
    (tmp_path / "sampling.py").write_text("import math\n")
    (tmp_path / "broken.py").write_text("import (\n")
    assert libraries(tmp_path) == {
        "collections.abc": ["Sequence"],
        "math": [],
        "numpy": [],
        "torch.nn.functional": [],
    }


def test_a_folder_is_emptied_however_it_was_filled(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "dangling").symlink_to("/nowhere")
    (folder / os.fsdecode(b"\xff name")).write_text("x")
    os.mkfifo(folder / "pipe")
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(60):  # far beyond what one path may be long
        os.mkdir("d" * 200, dir_fd=deep)
        above, deep = deep, os.open("d" * 200, os.O_RDONLY, dir_fd=deep)
        os.close(above)
        os.close(os.open("file", os.O_CREAT, dir_fd=deep))
        os.symlink("..", "up", dir_fd=deep)
    os.fchmod(deep, 0)
    os.close(deep)
    empty(folder)
    assert list(folder.iterdir()) == []
    assert (outside / "kept").read_text() == "kept"
