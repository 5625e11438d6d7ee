"""Versions against known holes: the number decides, in its own line of releases."""

from __future__ import annotations

import pytest

from isolation.versions import HOLES, is_open, numbers, warnings


@pytest.mark.parametrize(
    ("version", "mended", "opened"),
    [
        ("1.1.5+ds1", ("1.2.8", "1.3.3", "1.4.0"), True),
        ("1.2.7", ("1.2.8", "1.3.3", "1.4.0"), True),
        ("1.2.8", ("1.2.8", "1.3.3", "1.4.0"), False),
        ("1.3.2", ("1.2.8", "1.3.3", "1.4.0"), True),
        ("1.3.10", ("1.2.8", "1.3.3", "1.4.0"), False),
        ("1.5.0", ("1.2.8", "1.3.3", "1.4.0"), False),
        ("20.10.24+dfsg1", ("29.5.1",), True),
        ("29.5.1", ("29.5.1",), False),
        ("30.0.0", ("29.5.1",), False),
    ],
)
def test_a_hole_is_open_below_the_number_of_its_line(
    version: str, mended: tuple[str, ...], opened: bool
) -> None:
    assert is_open(version, mended) is opened


def test_numbers_are_read_out_of_a_distributions_version() -> None:
    assert numbers("v1.1.5+ds1-1+deb12u1") == (1, 1, 5)
    assert numbers("unknown") == ()


def test_each_hole_names_its_versions_in_order() -> None:
    for hole in HOLES:
        assert list(hole.mended) == sorted(hole.mended, key=numbers)


def test_warnings_name_the_part_and_what_to_do() -> None:
    (warning,) = warnings({"runc": "1.1.14", "kernel": "6.1"})
    assert "runc 1.1.14" in warning
    assert "CVE-2025-31133" in warning
    assert warnings({"runc": "1.4.0", "engine": "29.5.1", "python": "3.14.0"}) == []
    assert warnings({"runc": "unknown"}) == []
