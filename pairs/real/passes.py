"""A call of a fixed shape, captured once where there is a GPU.

Shapes: B sequences, n positions fed to each, V ids.
"""

from __future__ import annotations

import torch
from torch import Tensor

from pairs.real.static_llama import StaticLlama


class Pass:
    """One call of one shape: on a GPU a graph, recorded here and replayed; elsewhere made each time."""

    def __init__(self, model: StaticLlama, n: int, rows: Tensor | None = None) -> None:
        """``rows`` ``(k, V)``: to answer with instead, row x modulo k after token x. The pass is made."""
        device = model.weights.embedding.device
        self._model, self._rows = model, rows
        self.tokens = torch.zeros(model.batch, n, dtype=torch.int64, device=device)
        self.start = torch.zeros(model.batch, dtype=torch.int64, device=device)
        self._graph: torch.cuda.CUDAGraph | None = None
        if device.type == "cuda":
            self._record()

    def __call__(self) -> Tensor:
        """Feed `tokens` ``(B, n)`` at `start` ``(B,)``; logits ``(B, n, V)`` until the next call."""
        if self._graph is None:
            return self._forward()
        self._graph.replay()
        return self._logits

    def _forward(self) -> Tensor:
        logits = self._model.forward(self.tokens, self.start)
        return logits if self._rows is None else self._rows[self.tokens % len(self._rows)]

    def _record(self) -> None:
        # Libraries set themselves up in their first calls, which a graph must not hold.
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                self._forward()
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._logits = self._forward()
