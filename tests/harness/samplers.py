"""Right and wrong samplers for the simulator: each changes one step of the textbook."""

from __future__ import annotations

import numpy as np

from harness.core.trial import Ended, TrialRun
from pairs.ledger import Call
from pairs.warp import warp
from tests.harness.bugs import BY_NAME, sampler
from tests.harness.simulate import Sampler

# --- Right: the law is the target's, by whatever method.


class NoBonus(Sampler):
    def block(self, text, gamma):
        gamma = max(gamma, 1)
        drafts, draft_rows = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(rows[n], draft_rows[n], token):
                return [*drafts[:n], self.draw(self.correction(rows[n], draft_rows[n]))]
        return drafts


class GreedyDraft(Sampler):
    """Drafts the argmax and says so: the draft's law is one-hot."""

    def propose(self, text, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            row = self.score("draft", [*text, *drafts], [])[0]
            drafts.append(int(row.argmax()))
            rows.append((np.arange(len(row)) == row.argmax()) * 1.0)
        return drafts, rows


class LookUpDraft(Sampler):
    """Drafts what followed the last token earlier in the text, else nothing."""

    def propose(self, text, gamma):
        earlier = [n for n, token in enumerate(text[:-1]) if token == text[-1]]
        drafts = text[earlier[-1] + 1 :][:gamma] if earlier else []
        return drafts, [(np.arange(self.pair.vocab_size) == token) * 1.0 for token in drafts]


class RandomGamma(Sampler):
    def gamma(self):
        return int(self.rng.integers(0, self.trial.num_speculative_tokens + 1))


class StopsWhenUnsure(Sampler):
    """Drafts on until a drafted token was unlikely, and submits that token too."""

    def propose(self, text, gamma):
        drafts, rows = [], []
        while len(drafts) < gamma and not (drafts and rows[-1][drafts[-1]] < 0.3):
            row = self.score("draft", [*text, *drafts], [])[0]
            drafts.append(self.draw(row))
            rows.append(row)
        return drafts, rows


class TargetOnly(Sampler):
    def gamma(self):
        return 0


class NoCache(Sampler):
    def score(self, model, text, drafts):
        self.last[model] = ()
        return super().score(model, text, drafts)


class SharperDraft(Sampler):
    """Drafts from another law than the supplied draft's and uses that law throughout."""

    def propose(self, text, gamma):
        drafts, rows = [], []
        for _ in range(gamma):
            row = self.score("draft", [*text, *drafts], [])[0] ** 1.4
            rows.append(row / row.sum())
            drafts.append(self.draw(rows[-1]))
        return drafts, rows


class TwoDrafts(Sampler):
    """Two first tokens, tried in turn against what the residual leaves (recursive rejection), a call each."""

    def block(self, text, gamma):
        row = self.score("draft", text, [])[0]
        target = None
        for _ in range(2):
            token = self.draw(row)
            rows = self.score("target", text, [token])
            target = rows[0] if target is None else target
            if self.rng.random() * row[token] < target[token]:
                return [token, self.draw(rows[1])] if gamma else [token]
            target = self.correction(target, row)
        return [self.draw(target)]


class BlockVerification(Sampler):
    """Sun et al. 2024 (arXiv:2403.10444), algorithm 2."""

    def block(self, text, gamma):
        drafts, draft_rows = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        carried, stands, kept = 1.0, 0, 1.0
        for n, token in enumerate(drafts):
            carried = min(1.0, carried * rows[n][token] / draft_rows[n][token])
            if n + 1 < len(drafts):
                excess = np.maximum(carried * rows[n + 1] - draft_rows[n + 1], 0).sum()
                bar = excess / (excess + 1 - carried) if excess + 1 - carried > 0 else 1.0
            else:
                bar = carried
            if self.rng.random() < bar:
                stands, kept = n + 1, carried
        if stands == len(drafts):
            return [*drafts, self.draw(rows[-1])]
        rest = np.maximum(kept * rows[stands] - draft_rows[stands], 0)
        return [*drafts[:stands], self.draw(rest / rest.sum())]


class Float32(Sampler):
    def law(self, model, path):
        return super().law(model, path).astype(np.float32)


class Races(Sampler):
    """Draws by a race of the ids, as torch does."""

    def draw(self, probs):
        return int((probs / self.rng.exponential(size=len(probs))).argmax())


HONEST = {
    kind.__name__: kind
    for kind in (
        Sampler, NoBonus, GreedyDraft, LookUpDraft, RandomGamma, StopsWhenUnsure, TargetOnly, NoCache,
        SharperDraft, TwoDrafts, BlockVerification, Float32, Races,
    )
}  # fmt: skip


class SampleAndMatch(Sampler):
    """Draws every token from the target; a draft stands where it happens to be the same token."""

    def block(self, text, gamma):
        drafts, _ = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        drawn = [self.draw(row) for row in rows]
        stood = next((n for n, draft in enumerate(drafts) if draft != drawn[n]), len(drafts))
        return drawn[: stood + 1]


class AdaptiveGamma(Sampler):
    """A longer block after one that stood whole, a shorter one after a rejection."""

    wanted = 2

    def gamma(self):
        return self.wanted

    def block(self, text, gamma):
        new = super().block(text, gamma)
        self.wanted = min(self.wanted + 1, 8) if len(new) > gamma else max(self.wanted - 1, 1)
        return new


class GenerousDraft(Sampler):
    """Drafts from a flatter law than the supplied draft's, and uses that law throughout."""

    def law(self, model, path):
        row = super().law(model, path)
        if model == "target":
            return row
        flatter = row**0.6
        return flatter / flatter.sum()


class Tree(Sampler):
    """Two branches from one root, a target call each: their first tokens are tried in turn against what the
    residual leaves (recursive rejection), then the rest of the branch that stood, as a chain."""

    def block(self, text, gamma):
        if not gamma:
            return [self.draw(self.score("target", text, [])[0])]
        target = None
        for _ in range(2):
            drafts, draft_rows = self.propose(text, gamma)
            rows = self.score("target", text, drafts)
            target = rows[0] if target is None else target
            if self.accepts(target, draft_rows[0], drafts[0]):
                return self.chain(drafts, draft_rows, rows)
            target = self.correction(target, draft_rows[0])
        return [self.draw(target)]

    def chain(self, drafts, draft_rows, rows):
        for n in range(1, len(drafts)):
            if not self.accepts(rows[n], draft_rows[n], drafts[n]):
                return [*drafts[:n], self.draw(self.correction(rows[n], draft_rows[n]))]
        return [*drafts, self.draw(rows[-1])]


RIGHT = HONEST | {kind.__name__: kind for kind in (SampleAndMatch, AdaptiveGamma, GenerousDraft, Tree)}
"""All right samplers there are; `HONEST` are those that every test of the law plays."""

# --- Wrong: one step broken; the name is the diagnosis that it should get.


class StaleCache(Sampler):
    """Rejected drafts stay in the target's cache."""

    def run(self):
        self.junk: list[int] = list(self.trial.prompt[:-1])
        return super().run()

    def block(self, text, gamma):
        before = len(text)
        new = super().block(text, gamma)
        self.last_text = before
        return new

    def score(self, model, text, drafts):
        if model == "draft":
            return super().score(model, text, drafts)
        fed = [text[-1], *drafts]
        path = (*self.junk, *fed)
        self.calls.append(Call(model="target", path=path, fed=len(path) if not self.calls else len(fed)))
        rows = [self.law("target", path[: len(self.junk) + 1 + n]) for n in range(len(fed))]
        self.junk = list(path)
        return rows


class NoTopP(Sampler):
    """Temperature but no top-p on the target."""

    def law(self, model, path):
        if model == "draft":
            return super().law(model, path)
        return warp(self.pair.target.logits(self.state(path)), temperature=self.trial.temperature)


class GreedySampling(Sampler):
    def law(self, model, path):
        law = super().law(model, path)
        return (np.arange(len(law)) == law.argmax()) * 1.0


class AnyOverIndices(Sampler):
    """Asks any() of the indices of rejected drafts: index 0 alone is none."""

    def block(self, text, gamma):
        drafts, draft_rows = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        rejected = [n for n, x in enumerate(drafts) if not self.accepts(rows[n], draft_rows[n], x)]
        if not any(rejected):
            return [*drafts, self.draw(rows[-1])]
        n = rejected[0]
        return [*drafts[:n], self.draw(self.correction(rows[n], draft_rows[n]))]


class DrawsAgain(Sampler):
    """Compares with a draw from the target, and draws afresh where they differ."""

    def accepts(self, target, draft, token):
        return self.draw(target) == token

    def correction(self, target, draft):
        return target


class SameUniform(Sampler):
    """Seeds a generator in the accept loop."""

    def accepts(self, target, draft, token):
        return 0.3745 * draft[token] < target[token]


class FirstFromDraft(Sampler):
    """The first token of a call is the draft's."""

    def block(self, text, gamma):
        if len(text) == len(self.trial.prompt):
            return [self.draw(self.score("draft", text, [])[0])]
        return super().block(text, gamma)


class FirstByArgmax(Sampler):
    """The first token of a call is the target's likeliest."""

    def block(self, text, gamma):
        if len(text) == len(self.trial.prompt):
            return [int(self.score("target", text, [])[0].argmax())]
        return super().block(text, gamma)


class TestUniformCorrects(Sampler):
    """The random number that turned a draft down draws the correction, by inverse CDF."""

    __test__ = False

    def accepts(self, target, draft, token):
        self.once = self.rng.random()
        return self.once * draft[token] < target[token]

    def block(self, text, gamma):
        drafts, draft_rows = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(rows[n], draft_rows[n], token):
                upper = self.correction(rows[n], draft_rows[n]).cumsum()
                return [*drafts[:n], int(np.searchsorted(upper, self.once * upper[-1], side="right"))]
        return [*drafts, self.draw(rows[-1])]


class CorrectionTempered(Sampler):
    def correction(self, target, draft):
        law = super().correction(target, draft) ** (1 / self.trial.temperature)
        return law / law.sum()


class RedrawsRepeats(Sampler):
    def block(self, text, gamma):
        self.text = text
        return super().block(text, gamma)

    def draw(self, probs):
        token = super().draw(probs)
        return super().draw(probs) if token == self.text[-1] else token


class KeepsRejected(Sampler):
    """Drafts are kept by a mask, whether or not one before them fell."""

    def block(self, text, gamma):
        drafts, draft_rows = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        kept = [x for n, x in enumerate(drafts) if self.accepts(rows[n], draft_rows[n], x)]
        return [*kept, self.draw(rows[-1])]

    def score(self, model, text, drafts):
        """With caches that are cropped to the text's length, whatever they hold."""
        held = self.last.get(model, ())[: len(text) - 1]
        path = (*held, *text[len(held) :], *drafts)
        self.calls.append(Call(model=model, path=path, fed=len(path) - len(held)))
        self.last[model] = path
        return [self.law(model, path[: len(text) + n]) for n in range(len(drafts) + 1)]


class FullTextOverCache(Sampler):
    """Feeds the whole text again on top of the cache."""

    def score(self, model, text, drafts):
        before = self.last.get(model, ())
        fed = (*text, *drafts)
        path = (*before, *fed)
        self.calls.append(Call(model=model, path=path, fed=len(fed)))
        self.last[model] = path
        return [self.law(model, (*before, *text, *drafts[:n])) for n in range(len(drafts) + 1)]


class Padded(Sampler):
    def accepts(self, target, draft, token):
        return self.rng.random() * (draft[token] + 1e-2) < target[token]


class WithoutDrafted(Sampler):
    """After a rejection the target, with the drafted token struck out."""

    def accepts(self, target, draft, token):
        self.struck = token
        return super().accepts(target, draft, token)

    def correction(self, target, draft):
        law = target.copy()
        law[self.struck] = 0.0
        return law


class Softmax(Sampler):
    def correction(self, target, draft):
        law = np.exp(super().correction(target, draft))
        return law / law.sum()


class Typical(Sampler):
    def accepts(self, target, draft, token):
        some = target[target > 0]
        return target[token] > min(0.09, 0.3 * np.exp((some * np.log(some)).sum()))


class SharpDrafts(Sampler):
    """Drafts at 0.7 of the temperature that the ratio assumes."""

    def draw_draft(self, row):
        law = row ** (1 / 0.7)
        return self.draw(law / law.sum())


class TargetUnwarped(Sampler):
    def law(self, model, path):
        if model == "draft":
            return super().law(model, path)
        return warp(self.pair.target.logits(self.state(path)), temperature=1.0)


class BarelyLenient(Sampler):
    def accepts(self, target, draft, token):
        return self.rng.random() * draft[token] * 0.97 < target[token]


class ResidualFallsBack(Sampler):
    """Takes the target where the residual has little mass, against a division by zero."""

    def correction(self, target, draft):
        rest = np.maximum(target - draft, 0)
        return rest / rest.sum() if rest.sum() > 0.1 else target


class RowOfTheRejected(Sampler):
    """After a rejection the next round's first row is the one that followed the rejected draft."""

    def block(self, text, gamma):
        drafts, draft_rows = self.propose(text, gamma)
        rows = self.score("target", text, drafts)
        rows[0] = rows[0] if self.kept is None else self.kept
        self.kept = None
        for n, token in enumerate(drafts):
            if not self.accepts(rows[n], draft_rows[n], token):
                self.kept = rows[n + 1]
                return [*drafts[:n], self.draw(self.correction(rows[n], draft_rows[n]))]
        return [*drafts, self.draw(rows[-1])]

    kept = None


class SeedsEachCall(Sampler):
    """The same random numbers in each call."""

    def run(self):
        self.rng = np.random.default_rng(4)
        return super().run()


class SeedsEachCallRaces(SeedsEachCall, Races):
    """The same, drawn by a race of the ids."""


class SeedsEachBlock(Sampler):
    """The same random numbers in each block."""

    def block(self, text, gamma):
        self.rng = np.random.default_rng(4)
        return super().block(text, gamma)


class SeedsEachBlockRaces(SeedsEachBlock, Races):
    """The same, drawn by a race of the ids."""


RULED = {
    "accept-always": ("accept always", {"accept-always"}),
    "correct-from-target": ("correct from target", {"correct-from-target"}),
    "correct-from-draft": ("correct from draft", {"correct-from-draft"}),
    "correct-from-surplus": ("residual's sign", {"correct-from-surplus"}),
    "correct-from-difference": ("absolute residual", {"correct-from-difference"}),
    "correct-by-argmax": ("argmax of residual", {"correct-by-argmax"}),
    "bonus-from-draft": ("bonus from draft", {"bonus-from-draft"}),
    "bonus-row-before": ("bonus from row before", {"bonus-row-before"}),
    "bonus-by-argmax": ("bonus by argmax", {"bonus-by-argmax"}),
    "bonus-unwarped": ("bonus unwarped", {"bonus-unwarped"}),
    "lenient": ("lenience 0.8", {"lenient"}),
    "accept-inverted-ratio": ("inverted ratio", {"accept-inverted-ratio"}),
    "accept-by-target-probability": ("accept by target(x)", {"accept-by-target-probability"}),
    "accept-if-target-larger": ("accept if larger", {"accept-if-target-larger"}),
    "one-uniform-a-block": ("one uniform a block", {"one-uniform-a-block"}),
    "first-draft-unverified": ("first draft untested", {"first-draft-unverified"}),
    "row-before": ("row before", {"row-before"}),
    "temperature": ("temperature 0.9", {"temperature"}),
    "top-p-unscaled": ("top-p unscaled", {"top-p-unscaled"}),
    "greedy-draft-soft-ratio": ("greedy drafts, soft ratio", {"greedy-draft-soft-ratio"}),
    "unwarped-drafts": ("unwarped drafts", {"unwarped-drafts"}),
    "uniform-from-a-twentieth": ("uniform from 0.05", {"uniform-off"}),
    "uniform-in-sixteenths": ("coarse uniform", {"uniform-off"}),
}
"""Those that a rule says: the name, the rule's, and the names that the sampler may get."""

WRONG: dict[str, tuple[type[Sampler], set[str]]] = {
    **{name: (sampler(BY_NAME[rule]), names) for name, (rule, names) in RULED.items()},
    "correct-by-softmax": (Softmax, {"correct-by-softmax"}),
    "correct-without-drafted": (WithoutDrafted, {"correct-without-drafted"}),
    "padded-ratio": (Padded, {"padded-ratio"}),
    "accept-typical": (Typical, {"accept-typical"}),
    "draws-again": (DrawsAgain, {"draws-again"}),
    "same-uniform": (SameUniform, {"same-uniform"}),
    "any-over-indices": (AnyOverIndices, {"first-draft-unverified"}),
    "first-token-from-draft": (FirstFromDraft, {"first-token-from-draft"}),
    "first-token-by-argmax": (FirstByArgmax, {"first-token-by-argmax"}),
    "test-uniform-corrects": (TestUniformCorrects, {"test-uniform-corrects"}),
    "correct-tempered": (CorrectionTempered, {"correct-tempered"}),
    "redraws-repeats": (RedrawsRepeats, {"repeats-redrawn"}),
    "keeps-rejected": (KeepsRejected, {"unverified"}),
    "stale-cache": (StaleCache, {"stale-cache"}),
    "full-text-over-cache": (FullTextOverCache, {"stale-cache"}),
    "no-top-p": (NoTopP, {"no-top-p"}),
    "no-warp": (TargetUnwarped, {"no-warp"}),
    "greedy": (GreedySampling, {"greedy-sampling"}),
    "sharp-drafts": (SharpDrafts, {"sharp-drafts"}),
    "row-of-the-rejected": (RowOfTheRejected, {"stale-cache"}),
    "seeds-each-block": (SeedsEachBlock, {"numbers-used-again"}),
    "seeds-each-block-races": (SeedsEachBlockRaces, {"numbers-used-again"}),
    "lenient-by-3-percent": (BarelyLenient, {"lenient"}),
    "residual-falls-back": (ResidualFallsBack, {"correct-from-target-if-rare"}),
}
"""The sampler, and the names that it may get."""


class TopFive(Sampler):
    """The target is cut to its five likeliest tokens, which nobody asked for."""

    def law(self, model, path):
        law = super().law(model, path)
        if model == "draft":
            return law
        cut = np.where(law >= np.sort(law)[-5], law, 0.0)
        return cut / cut.sum()


class BestOfTwoBlocks(Sampler):
    """Plays each block twice and keeps the longer."""

    def block(self, text, gamma):
        return max((super(BestOfTwoBlocks, self).block(text, gamma) for _ in range(2)), key=len)


class UniformOverResidual(Sampler):
    """Every token that the residual allows, alike."""

    def correction(self, target, draft):
        allowed = (super().correction(target, draft) > 0) * 1.0
        return allowed / allowed.sum()


class RatioOfNextDraftRow(Sampler):
    """The draft's rows are one late in the test and in the residual."""

    def block(self, text, gamma):
        drafts, rows = self.propose(text, gamma)
        late = [rows[min(n + 1, len(rows) - 1)] for n in range(len(rows))]
        target = self.score("target", text, drafts)
        for n, token in enumerate(drafts):
            if not self.accepts(target[n], late[n], token):
                return [*drafts[:n], self.draw(self.correction(target[n], late[n]))]
        return [*drafts, self.draw(target[-1])]


NAMELESS: dict[str, type[Sampler]] = {
    kind.__name__: kind for kind in (TopFive, BestOfTwoBlocks, UniformOverResidual, RatioOfNextDraftRow)
}
"""Wrong in ways that no name was made for."""


def crashed(run: TrialRun) -> TrialRun:
    """The same trial, ended by an exception."""
    return TrialRun(trial=run.trial, ended=Ended.RAISED, calls=run.calls, note="IndexError: out of range")
