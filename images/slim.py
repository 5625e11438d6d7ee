"""Take from an installed environment what nothing reads. Runs while the image is built.

    slim.py SITE_PACKAGES

Tests, sources of compiled code, headers, static libraries, installers, what only a network would need; and
of torch's libraries the symbol tables for debuggers, a fifth of their size.
"""

from __future__ import annotations

import shutil
import struct
import sys
from pathlib import Path

GONE = (
    *(
        "torch/include",
        "torch/share",
        "torch/test",
        "torch/bin/protoc*",
        "torch/bin/test_*",
        "torch/bin/*Test",
    ),
    *("torch/lib/*_test.so", "torch/lib/libbackend_with_compiler.so", "torch/lib/libaoti_custom_ops.so"),
    *("**/tests", "tornado/test", "jedi/third_party/django-stubs"),
    *("debugpy*", "hf_xet*", "pip*", "setuptools*", "_distutils_hack", "distutils-precedence.pth"),
    *(f"**/*{suffix}" for suffix in (".a", ".c", ".cpp", ".h", ".hpp", ".map", ".pxd", ".pyx")),
    "torch/**/*.pyi",
)
STRIPPED = ("torch/lib/*.so", "torch/lib/*.so.*")
ELF_64_LITTLE = b"\x7fELF\x02\x01"
PT_LOAD = 1


def main(site: Path) -> None:
    before = size_of(site)
    for pattern in GONE:
        for path in sorted(site.glob(pattern)):
            remove(path)
    for pattern in STRIPPED:
        for path in sorted(site.glob(pattern)):
            if not path.is_symlink():
                strip(path)
    print(f"slim: {before / 1e6:.0f} MB before, {size_of(site) / 1e6:.0f} MB after")


def remove(path: Path) -> None:
    """One below a folder that is gone already is gone too."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def strip(path: Path) -> None:
    """Cut an ELF file behind the last byte that is loaded, and its table of sections with it.

    The loader reads program headers only (elf(5)); sections are for linkers and debuggers.
    """
    with path.open("r+b") as file:
        header = bytearray(file.read(64))
        if header[:6] != ELF_64_LITTLE:
            return
        table, _, _, _, entry, count = struct.unpack_from("<QQIHHH", header, 32)
        file.seek(table)
        raw = file.read(entry * count)
        end = table + entry * count
        for at in range(0, len(raw), entry):
            kind, _, offset, _, _, in_file = struct.unpack_from("<IIQQQQ", raw, at)
            if kind == PT_LOAD:
                end = max(end, offset + in_file)
        struct.pack_into("<Q", header, 40, 0)  # e_shoff: no table of sections
        struct.pack_into("<HHH", header, 58, 0, 0, 0)  # e_shentsize, e_shnum, e_shstrndx
        file.seek(0)
        file.write(header)
        file.truncate(end)


def size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
