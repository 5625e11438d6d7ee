"""What the visible tests and the bench claim, within bounds: they run beside hostile code. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wire.base import Wire


class TestCase(Wire):
    """One visible test, as the sandbox claims it went."""

    name: str = Field(max_length=200)
    title: str = Field(max_length=500)
    outcome: Literal["passed", "failed", "error", "skipped"]
    message: str = Field(max_length=8_000)
    assertion: str = Field(default="", max_length=4_000)
    """The statement of the test that does not hold."""
    output: str = Field(default="", max_length=4_000)
    """What the code printed meanwhile."""
    file: str = Field(default="", max_length=64)
    """Where in the candidate's files the code raised; empty if nowhere."""
    line: int | None = Field(default=None, ge=1, le=10**6)
    seconds: float = Field(ge=0, le=86_400)


class BenchRow(Wire):
    """One row of the bench, as the sandbox claims it went.

    What may be None by default is missing in interviews that were recorded before the bench had it.
    """

    num_speculative_tokens: int = Field(ge=0, le=10_000)
    acceptance_rate: float | None = Field(ge=0, le=1)
    draft_utilisation: float | None = Field(default=None, ge=0, le=1)
    tokens_per_target_call: float = Field(ge=0, le=1e6)
    textbook_tokens_per_target_call: float | None = Field(default=None, ge=0, le=1e6)
    """Expected of a textbook sampler on the same texts."""
    bound_tokens_per_target_call: float | None = Field(default=None, ge=0, le=1e6)
    """What no method with one chain of the draft's tokens can beat."""
    speedup: float = Field(ge=0, le=1e6)
    textbook_speedup: float | None = Field(default=None, ge=0, le=1e6)
    speedup_in_a_batch: float | None = Field(default=None, ge=0, le=1e6)
    """The same calls at compute-bound prices, where parallel positions cost nearly full price."""
    target_calls: int = Field(ge=0, le=10**9)
    draft_calls: int = Field(ge=0, le=10**9)
    new_tokens: int = Field(ge=0, le=10**9)


Token = Annotated[int, Field(ge=0, le=10**7)]
TokenOrigin = Literal["accepted", "recovered", "bonus", "plain"]


class Rejected(Wire):
    """Draft tokens that do not stand: the rejected one first, then those behind it."""

    at: int = Field(ge=0, le=1_000)
    """Index of the recovered token."""
    tokens: tuple[Token, ...] = Field(min_length=1, max_length=100)


class TokenStrip(Wire):
    """One generation of the bench token by token, as the sandbox claims it went."""

    num_speculative_tokens: int = Field(ge=0, le=10_000)
    prompt: tuple[Token, ...] = Field(max_length=64)
    tokens: tuple[Token, ...] = Field(max_length=256)
    origins: tuple[TokenOrigin, ...] = Field(max_length=256)
    """One for each token."""
    rejected: tuple[Rejected, ...] = Field(max_length=256)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.origins) != len(self.tokens):
            raise ValueError("want an origin for each token")
        if any(one.at >= len(self.tokens) for one in self.rejected):
            raise ValueError("drafts were rejected behind the last token")
        return self


Piece = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x00-\xff]+$")]
"""A token's bytes, a character each (Latin-1): a token may end in the middle of a UTF-8 character."""


class RejectedPieces(Wire):
    """As `Rejected`, for tokens that are text."""

    at: int = Field(ge=0, le=1_000)
    pieces: tuple[Piece, ...] = Field(min_length=1, max_length=100)


class BenchText(Wire):
    """The bench on the pair that writes text: figures, and one generation, as the sandbox claims it went."""

    num_speculative_tokens: int = Field(ge=0, le=10_000)
    acceptance_rate: float | None = Field(ge=0, le=1)
    tokens_per_target_call: float = Field(ge=0, le=1e6)
    new_tokens: int = Field(ge=0, le=10**9)
    """Of all generations; the pieces are those of the first."""
    seconds: float = Field(ge=0, le=1e6)
    plain_seconds: float = Field(ge=0, le=1e6)
    """Plain decoding of as many tokens, in turns with it. On the wall's clock, both."""
    prompt: tuple[Piece, ...] = Field(max_length=64)
    pieces: tuple[Piece, ...] = Field(max_length=256)
    origins: tuple[TokenOrigin, ...] = Field(max_length=256)
    rejected: tuple[RejectedPieces, ...] = Field(max_length=256)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.origins) != len(self.pieces):
            raise ValueError("want an origin for each piece")
        if any(one.at >= len(self.pieces) for one in self.rejected):
            raise ValueError("drafts were rejected behind the last piece")
        return self
