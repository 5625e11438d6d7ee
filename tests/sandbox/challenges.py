"""Two tiny challenges, as an author would write them: enough for the control plane, nothing to solve."""

from __future__ import annotations

from pathlib import Path

CANARY = "CANARY-FOR-THE-INTERVIEWER-ONLY"
"""In every text that a candidate must never receive."""

_RUBRIC = """axis = "{axis}"
follow_ups = ["{canary} follow-up"]
levels = [{levels}]
[[findings]]
id = "{axis}-basic"
level = 2
text = "{canary} names the obvious"
listen_for = "it is slow"
[[findings]]
id = "{axis}-good"
level = 4
text = "{canary} weighs trade-offs"
listen_for = "it depends"
[[findings]]
id = "{axis}-flag"
level = 1
text = "{canary} guesses"
listen_for = "just add GPUs"
red_flag = true
"""


def write_challenges(folder: Path) -> Path:
    _write(folder, "filter-llm-serving", kind="review", axis="engineering", entry="server.py")
    _write(folder, "speculative-decoding", kind="implement", axis="research", entry="specdec.py")
    (folder / "filter-llm-serving" / "exhibit").mkdir()
    (folder / "filter-llm-serving" / "exhibit" / "server.py").write_text("app = 1\n")
    (folder / "speculative-decoding" / "starter").mkdir()
    (folder / "speculative-decoding" / "starter" / "specdec.py").write_text(
        "# %% first\nx = 1\n# %% second\ny = 2\n"
    )
    (folder / "speculative-decoding" / "starter" / "play.py").write_text("print('hello')\n")
    return folder


def _write(folder: Path, slug: str, *, kind: str, axis: str, entry: str) -> None:
    path = folder / slug
    path.mkdir(parents=True)
    path.joinpath("challenge.toml").write_text(
        f'slug = "{slug}"\nversion = 1\ntitle = "The {axis} stage"\nkind = "{kind}"\naxis = "{axis}"\n'
        f'minutes = 15\nentry = "{entry}"\n'
    )
    levels = ",".join(
        f'{{score = {score}, title = "level {score}", descriptors = ["{CANARY}"]}}' for score in range(6)
    )
    path.joinpath("rubric.toml").write_text(_RUBRIC.format(axis=axis, canary=CANARY, levels=levels))
    path.joinpath("brief.md").write_text(f"# Brief of {slug}\n")
    path.joinpath("guide.md").write_text(f"{CANARY} guide of {slug}\n")
