"""The two challenges of an interview, read once from their folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.core.document import files_error
from sandbox.core.events import ChallengeRef
from sandbox.core.materials import Exhibit, FilterMaterials, ProbeMaterials
from wire.challenge import BadChallenge, Challenge, Rubric, load_challenge, load_rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A challenge with the texts that people read."""

    path: Path
    challenge: Challenge
    rubric: Rubric
    brief: str
    guide: str

    def ref(self, minutes: int) -> ChallengeRef:
        return ChallengeRef(slug=self.challenge.slug, version=self.challenge.version, minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    filter: Folder
    exhibit: str
    probe: Folder
    starter: dict[str, str]

    def filter_materials(self, minutes: int) -> FilterMaterials:
        challenge = self.filter.challenge
        return FilterMaterials(
            title=challenge.title,
            minutes=minutes,
            brief=self.filter.brief,
            exhibit=Exhibit(path=challenge.entry, text=self.exhibit),
        )

    def probe_materials(self, minutes: int) -> ProbeMaterials:
        challenge = self.probe.challenge
        return ProbeMaterials(
            title=challenge.title, minutes=minutes, brief=self.probe.brief, entry=challenge.entry
        )

    @property
    def findings(self) -> frozenset[str]:
        return frozenset(
            finding.id for folder in (self.filter, self.probe) for finding in folder.rubric.findings
        )


def load_catalogue(challenges: Path, *, filter_slug: str, probe_slug: str) -> Catalogue:
    """Raises BadChallenge."""
    review = _folder(challenges / filter_slug, kind="review", axis="engineering")
    probe = _folder(challenges / probe_slug, kind="implement", axis="research")
    shared = {one.id for one in review.rubric.findings} & {one.id for one in probe.rubric.findings}
    if shared:
        raise BadChallenge(
            f"{probe.path}/rubric.toml: {sorted(shared)[0]!r} is a finding of {filter_slug} too"
        )
    starter = {path.name: _read(path) for path in sorted((probe.path / "starter").glob("*.py"))}
    if probe.challenge.entry not in starter:
        raise BadChallenge(f"{probe.path}/starter: {probe.challenge.entry} is missing")
    if problem := files_error(starter):
        raise BadChallenge(f"{probe.path}/starter: {problem}")
    exhibit = _read(review.path / "exhibit" / review.challenge.entry)
    return Catalogue(filter=review, exhibit=exhibit, probe=probe, starter=starter)


def _folder(path: Path, *, kind: str, axis: str) -> Folder:
    challenge, rubric = load_challenge(path), load_rubric(path)
    if (challenge.kind, challenge.axis, rubric.axis) != (kind, axis, axis):
        raise BadChallenge(f"{path}: want kind {kind!r} and axis {axis!r} in challenge.toml and rubric.toml")
    return Folder(
        path=path,
        challenge=challenge,
        rubric=rubric,
        brief=_read(path / "brief.md"),
        guide=_read(path / "guide.md"),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadChallenge(f"{path}: {error}") from error
