"""Which files can be run, and what a cell is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.core.document import MAX_BYTES, cell_at, cells, files_error, files_sha256


@pytest.mark.parametrize("name", ["specdec.py", "_x.py", "A1.py"])
def test_good_names(name: str) -> None:
    assert files_error({name: "x"}) == ""


@pytest.mark.parametrize(
    "name", ["", "x", "1.py", "a/b.py", "../a.py", "a.py\n", "é.py", "a b.py", "x" * 70 + ".py"]
)
def test_other_names_are_explained(name: str) -> None:
    assert "cannot be used" in files_error({name: "x"})


def test_too_many_and_too_large_are_explained() -> None:
    assert "21 files" in files_error({f"f{number}.py": "" for number in range(21)})
    assert files_error({"a.py": "x" * MAX_BYTES}) == ""
    assert "257 KiB" in files_error({"a.py": "x" * MAX_BYTES, "b.py": "x"})


def test_a_lone_surrogate_is_explained() -> None:
    assert "surrogate" in files_error({"a.py": "\ud800"})


def test_the_hash_names_a_set_of_files() -> None:
    assert files_sha256({"a.py": "1", "b.py": "2"}) == files_sha256({"b.py": "2", "a.py": "1"})
    assert files_sha256({"a.py": "1b.py"}) != files_sha256({"a.py": "1", "b.py": ""})


SOURCE = "import torch\n# %% one\nx = 1\n#%% two\ny = 2\n"


@pytest.mark.parametrize(
    ("line", "title"), [(1, ""), (2, "one"), (3, "one"), (4, "two"), (5, "two"), (99, "two")]
)
def test_a_line_lies_in_one_cell(line: int, title: str) -> None:
    assert cell_at(SOURCE, line).title == title


def test_a_file_without_marks_is_one_cell() -> None:
    assert cell_at("x = 1\n", 1).source == "x = 1\n"


@given(st.lists(st.sampled_from(["# %%", "# %% t", "x", "", "  # %% no"]), max_size=12))
def test_cells_are_the_file(lines: list[str]) -> None:
    source = "\n".join(lines)
    assert "\n".join(cell.source for cell in cells(source)) == source
