"""Muon for the matrices, AdamW for the rest, with a trapezoid schedule. In float32: this is for CPUs.

Muon (Jordan et al. 2024) steps along the orthogonalised momentum. `torch.optim.Muon` does that in bfloat16,
which a CPU without such instructions emulates twelve times slower.
"""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic that drives singular values to about 1 in five rounds."""


@torch.no_grad()
def orthogonalised(stack: Tensor) -> Tensor:
    """Each matrix of ``(n, rows, columns)`` with its singular values brought to about 1."""
    a, b, c = NEWTON_SCHULZ
    x = stack / (stack.norm(dim=(1, 2), keepdim=True) + 1e-7)
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Matrices of one shape are orthogonalised together, in one batched product."""

    def __init__(self, matrices: list[nn.Parameter], lr: float) -> None:
        super().__init__(matrices, {"lr": lr})
        shapes = defaultdict(list)
        for matrix in matrices:
            shapes[tuple(matrix.shape)].append(matrix)
        self._stacks = list(shapes.values())
        self._momenta = [torch.zeros(len(stack), *stack[0].shape) for stack in self._stacks]

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        lr = self.param_groups[0]["lr"]
        for stack, momentum in zip(self._stacks, self._momenta, strict=True):
            gradient = torch.stack([matrix.grad for matrix in stack])
            momentum.mul_(MOMENTUM).add_(gradient)
            rows, columns = stack[0].shape
            scale = lr * max(1.0, rows / columns) ** 0.5
            update = orthogonalised(gradient.add(momentum, alpha=MOMENTUM))  # Nesterov's look ahead
            for matrix, change in zip(stack, update, strict=True):
                matrix.sub_(change, alpha=scale)


class Optimiser:
    """Both optimisers, behind one step that also clips, sets the rate and forgets the gradients."""

    def __init__(self, model: nn.Module, steps: int, *, muon_lr: float = 0.02, adam_lr: float = 4e-3) -> None:
        self._parameters = list(model.parameters())
        inner = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
        chosen = {id(p) for p in inner}
        others = [p for p in self._parameters if id(p) not in chosen]
        self._parts = (
            Muon(inner, muon_lr),
            torch.optim.AdamW(others, adam_lr, (0.9, 0.95), weight_decay=0.0),
        )
        self._peaks = (muon_lr, adam_lr)
        self._steps = steps
        self._done = 0

    def step(self) -> None:
        nn.utils.clip_grad_norm_(self._parameters, 1.0)
        for part, peak in zip(self._parts, self._peaks, strict=True):
            part.param_groups[0]["lr"] = peak * schedule(self._done / self._steps, self._done)
            part.step()
            part.zero_grad(set_to_none=True)
        self._done += 1


def schedule(progress: float, step: int) -> float:
    """Share of the peak rate: up over 20 steps, level until 40 %, then straight down to 2 %."""
    falling = 1.0 if progress < 0.4 else max(0.02, (1 - progress) / 0.6)
    return min(1.0, (step + 1) / 20) * falling
