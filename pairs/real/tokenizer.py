"""Text to ids and back, by the `tokenizers` library; and whether two folders mean the same by an id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from pairs.real.errors import PairError
from pairs.real.folder import read_json
from pairs.real.spelling import bytes_of


class PairTokenizer:
    """The one tokenizer of a pair."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    @property
    def vocab_size(self) -> int:
        """Ids that it gives, special ones too."""
        return int(self._tokenizer.get_vocab_size())

    def encode(self, text: str) -> list[int]:
        """Ids of a text, without special tokens around it."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; bytes that are no UTF-8 come as U+FFFD."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=False)
        return text

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """What each id adds to the text, so that the pieces joined are `decode`.

        A character of several tokens stands at the last of them; those before it are empty.
        """
        pieces, before, start = list[str](), 0, 0
        for end in range(1, len(ids) + 1):
            # With what came just before, because some decoders drop the first space of a text.
            known, text = self.decode(ids[before:start]), self.decode(ids[before:end])
            whole = end == len(ids) or not text.endswith("\ufffd")
            pieces.append(text[len(known) :] if whole else "")
            if whole:
                before, start = start, end
        return pieces

    def bytes_of(self, ids: Sequence[int]) -> list[bytes]:
        """The bytes of each token, which may end in the middle of a character."""
        return [bytes_of(self._tokenizer.id_to_token(token)) for token in ids]


def load_tokenizer(folder: Path) -> PairTokenizer:
    """Raises PairError: no tokenizer.json, or a broken one."""
    read_json(folder, "tokenizer.json")
    try:
        return PairTokenizer(Tokenizer.from_file(str(folder / "tokenizer.json")))
    except Exception as error:  # the library raises this very class
        raise PairError(f"{folder / 'tokenizer.json'} is no tokenizer: {error}. Save it again.") from None


def check_same_tokenizer(target: Path, draft: Path) -> None:
    """Raises PairError that names the first token, merge or added token in which two folders differ."""
    one, other = (read_json(folder, "tokenizer.json") for folder in (target, draft))
    advice = "A draft's tokens must mean what the target's mean: take a draft with the target's tokenizer."
    for token, number in sorted(_vocabulary(one).items(), key=lambda item: item[1]):
        theirs = _vocabulary(other).get(token)
        if theirs != number:
            what = "unknown to the draft" if theirs is None else f"{theirs} to the draft"
            raise PairError(f"The token {token!r} is {number} to the target and {what}. {advice}")
    if extra := set(_vocabulary(other)) - set(_vocabulary(one)):
        raise PairError(f"The draft has the token {min(extra)!r}, which the target lacks. {advice}")
    for rank, (merge, another) in enumerate(zip(_merges(one), _merges(other), strict=False)):
        if merge != another:
            raise PairError(f"Merge {rank} is {merge!r} to the target and {another!r} to the draft. {advice}")
    if len(_merges(one)) != len(_merges(other)):
        counts = f"{len(_merges(one))} merges and the draft {len(_merges(other))}"
        raise PairError(f"The target's tokenizer has {counts}. {advice}")
    for part in ("normalizer", "pre_tokenizer"):
        if one.get(part) != other.get(part):
            raise PairError(f"The tokenizers' {part} differ. {advice}")


def _vocabulary(tokenizer: dict[str, Any]) -> dict[str, int]:
    """Ids by token, added tokens too. A unigram model lists its tokens in order."""
    vocabulary = tokenizer.get("model", {}).get("vocab", {})
    if isinstance(vocabulary, list):
        vocabulary = {token: number for number, (token, _) in enumerate(vocabulary)}
    added = {each["content"]: each["id"] for each in tokenizer.get("added_tokens", [])}
    return {**vocabulary, **added}


def _merges(tokenizer: dict[str, Any]) -> list[str]:
    """As text: older files have ``"a b"`` where newer ones have ``["a", "b"]``."""
    merges = tokenizer.get("model", {}).get("merges", [])
    return [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]
