"""Kinds of pair that are made to catch bugs, and stay with the judge.

A judge's power is in the choice of the pair. Where the draft never proposes what the target sometimes says, a
sloppy acceptance test shows at once; between two near-identical models no test sees anything.
"""

from __future__ import annotations

import numpy as np

from pairs.flavours import NEVER, Flavour, Floats, log_sum_exp, set_probability
from pairs.noise import bell


def disjoint(u: Floats, peak: float) -> Floats:
    """A third of the ids only the target says, a third only the draft; the rest they share, half the mass."""
    third = u.shape[1] // 3
    order = np.argsort(u[2])
    target_only, draft_only, shared = order[:third], order[third : 2 * third], order[2 * third :]
    rows = peak * bell(u[:2])
    for row, own, foreign in zip(rows, (target_only, draft_only), (draft_only, target_only), strict=True):
        for group in (own, shared):
            row[group] -= log_sum_exp(row[group])
        row[foreign] += NEVER
    return rows


def spike(u: Floats, peak: float) -> Floats:
    """Target = (1 - e) draft, and e on six ids that the draft never proposes; e is .03, .04 or .095.

    Every drafted token stands with probability 1 - e, so lenience, an epsilon in the denominator or a coarse
    uniform all show as a missing e. ``peak`` is the probability of the draft's first token.
    """
    never_drafted = 6
    order = np.argsort(u[1])
    spiked, head, tail = order[:never_drafted], order[never_drafted], order[never_drafted + 1 :]
    weights = 0.2 - np.log(u[0])
    mass = (0.03, 0.04, 0.095)[int(u[2, 0] * 3)]

    rows = np.empty((2, u.shape[1]))
    target, draft = rows
    draft[head] = np.log(peak)
    draft[tail] = np.log((1.0 - peak) / weights[tail].sum() * weights[tail])
    target[:] = draft + np.log1p(-mass)
    target[spiked] = np.log(mass / weights[spiked].sum() * weights[spiked])
    draft[spiked] = NEVER - weights[spiked]
    return rows


def top_p_spike(u: Floats, peak: float) -> Floats:
    """A spike behind top-p 0.9: a missing renormalisation rejects drafts nine times too often.

    The target keeps three ids that the draft keeps too, and a fourth that the draft cuts; together they hold
    90.5 % of the target, and the three hold 99 % of the draft. Scaled, a draft stands with probability 0.989
    and the fourth id has 0.011; unscaled, 0.904 and 0.096. ``peak`` is the temperature at which that holds.
    """
    order = np.argsort(u[1])
    shared, fourth, tail = order[:3], order[3], order[4:]
    rows = np.empty((2, u.shape[1]))
    target, draft = rows
    shape = np.array((0.46, 0.31, 0.23))
    heads = shape * np.exp(0.06 * u[2, :3] - 0.03)
    # At least 0.5, so that no tail id comes near the four.
    tails = u[0, tail] + 0.5
    target[shared] = np.log(0.895 * shape)
    draft[shared] = np.log(0.99 / heads.sum() * heads)
    target[fourth] = np.log(0.01)
    draft[fourth] = np.log(0.0005)
    target[tail] = np.log(0.095 / tails.sum() * tails)
    draft[tail] = np.log(0.0095 / tails.sum() * tails)
    return peak * rows


def trap(u: Floats, peak: float) -> Floats:
    """The draft is fond of a token that the target says with 0.01, 0.025 or 0.045 times its probability.

    A drafted token is thus mostly tested against a small ratio: a uniform that cannot be small, or that is 0
    too often, shows. The rest of both laws differ by a little. ``peak`` is the draft's probability of it.
    """
    order = np.argsort(u[1])
    fond, rest = order[0], order[1:]
    said = peak * (0.01, 0.025, 0.045)[int(u[2, 0] * 3)]
    weights = 0.2 - np.log(u[0, rest])
    draft_weights = weights * np.exp(0.4 * u[2, rest] - 0.2)
    rows = np.empty((2, u.shape[1]))
    for row, own, mass in ((rows[0], weights, said), (rows[1], draft_weights, peak)):
        row[fond] = np.log(mass)
        row[rest] = np.log((1.0 - mass) / own.sum() * own)
    return rows


def ends(u: Floats, peak: float) -> Floats:
    """The first id is EOS, and likely. At a third of the prefixes the target mostly stops and the draft does
    not see it, at a third the draft wants to stop and the target goes on, at a third both are in two minds.

    Texts are two or three tokens long. Whoever never stops, stops on the draft's word, or allows no EOS
    somewhere is far from the target at each of them. ``peak`` is the largest probability of EOS.
    """
    rows = bell(u[:2])
    for row, mass in zip(rows, ((peak, 0.04), (0.04, peak), (0.5, 0.5))[int(u[2, 0] * 3)], strict=True):
        set_probability(row, 0, mass)
    return rows


DISJOINT = Flavour(name="disjoint", streams=3, peak=1.0, smallest=8, both=disjoint)
SPIKE = Flavour(name="spike", streams=3, peak=0.45, smallest=8, both=spike)
TOP_P_SPIKE = Flavour(name="top_p_spike", streams=3, peak=0.7, smallest=8, both=top_p_spike)
TRAP = Flavour(name="trap", streams=3, peak=0.9, smallest=8, both=trap)
ENDS = Flavour(name="ends", streams=3, peak=0.8, smallest=8, both=ends)
