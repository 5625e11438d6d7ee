"""Runs inside a jail: imports the submission, plays it down every branch, and sends home the law that it has.

    python -m harness.enumeration.inside SUBMISSION_FOLDER ENTRY SOCKET_FOLDER TASK

Like a trial it has no authority: what it sends was made beside the submission's code.
"""

from __future__ import annotations

import ast
import builtins
import random
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from importlib.machinery import FileFinder, SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import torch

from harness.enumeration import codec
from harness.enumeration.sources import RandomInteger, chance, follow_python_and_numpy
from harness.enumeration.task import Task
from harness.enumeration.tiny import tiny_pair
from harness.enumeration.torch_sources import Followed, Following, Generator, follow_torch
from harness.enumeration.uncertain import Uncertain
from harness.enumeration.walk import Explored, TooManyLeaves, Unfollowable, Unrepeatable, Walk, explore
from harness.oracle.codec import Kind, frame
from harness.runner import shim, trial_process
from pairs.torch_api import CausalLM, Config, LocalBackend

Text = tuple[int, ...]
UNREPEATABLE = (
    "given the same random numbers it did not do the same again: it keeps something from one call to the "
    "next, or has randomness that cannot be seen from here (the clock, the system's)"
)


def main(arguments: Sequence[str]) -> int:
    folder, entry, sockets = Path(arguments[0]), arguments[1], Path(arguments[2])
    task = Task.from_word(arguments[3])
    control = trial_process.Connection.to(sockets / shim.CONTROL_SOCKET)
    torch.set_num_threads(1)
    control.send(frame(Kind.LOADED))
    shim.silence()
    control.send(frame(Kind.LAW, codec.encode(law_of(folder, entry, task))))
    return 0


def law_of(folder: Path, entry: str, task: Task) -> codec.Report:
    """Never raises for what the submission does."""
    kept = Kept()
    follow_python_and_numpy(kept.keep)
    follow_torch()
    follow_imports(folder)
    trial_process.seed_globals(0)
    try:
        generate = load(folder, entry)
    except BaseException as error:
        return codec.Refused(f"{entry} could not be imported: {trial_process.describe(error, folder)}")
    kept.remember()
    play = Player(generate, task, folder, kept)
    try:
        return report(explore(play, most_leaves=task.most_leaves))
    except Unfollowable as error:
        return codec.Refused(f"this random decision cannot be enumerated: {_place(error, folder)}")
    except Unrepeatable as error:
        return codec.Refused(_place(error, folder, UNREPEATABLE))
    except TooManyLeaves as error:
        return codec.CutOff(task.most_leaves, error.explored)


def report(explored: Explored[Text | str]) -> codec.Law:
    """Texts apart from how the branches without one ended."""
    texts = {outcome: mass for outcome, mass in explored.law.items() if not isinstance(outcome, str)}
    broken = {outcome: mass for outcome, mass in explored.law.items() if isinstance(outcome, str)}
    return codec.Law(
        texts=texts,
        leaves=explored.leaves,
        skipped=explored.skipped,
        broken=sum(broken.values()),
        note=max(broken, key=broken.__getitem__, default=""),
    )


class Player:
    """One call of ``generate`` for each walk. Its outcome is the new tokens, or how it ended without any."""

    def __init__(self, generate: Callable[..., object], task: Task, folder: Path, kept: Kept) -> None:
        self._generate = generate
        self._task = task
        self._folder = folder
        self._kept = kept
        self._pair = tiny_pair(task)
        self._config = Config(vocab_size=task.vocab_size)
        self._prompt = torch.tensor([task.prompt], dtype=torch.int64)

    def __call__(self, walk: Walk) -> Text | str:
        self._kept.restore()
        Generator.opened.clear()
        generator, before = Generator().open_up(), _states()
        chance.walk, chance.settled = walk, set()
        try:
            with Following(), torch.no_grad():
                outcome = self._play(generator)
        finally:
            settled, chance.walk = chance.settled, None
        moved = [name for name, state in _states().items() if name not in settled and state != before[name]]
        moved += ["a generator" for each in Generator.opened if each.moved]
        if moved and walk.trouble is None:
            walk.refuse(f"something draws from {moved[0]} in a way that cannot be seen from here")
        return outcome

    def _play(self, generator: Generator) -> Text | str:
        task, prompt = self._task, self._prompt.clone()
        try:
            result = self._generate(
                CausalLM(LocalBackend(self._pair.target, "target", []), self._config),
                CausalLM(LocalBackend(self._pair.draft, "draft", []), self._config),
                prompt,
                max_new_tokens=task.max_new_tokens,
                num_speculative_tokens=task.num_speculative_tokens,
                temperature=task.temperature,
                top_p=task.top_p,
                eos_token_id=None,
                generator=generator,
            )
            tokens = trial_process.tokens_of(result, task.vocab_size, prompt.shape[1], task.max_new_tokens)
            return self._new_tokens(tokens)
        except trial_process.BadResult as error:
            return str(error)
        except (Unfollowable, Unrepeatable):
            raise
        except BaseException as error:
            what = trial_process.describe(error, self._folder)
            if any(kind.__name__ in what for kind in (Uncertain, RandomInteger, Followed)) and chance.walk:
                # It raised because of what stands for its random number here, and would not have otherwise.
                chance.walk.refuse(f"a random number used in a way that is not foreseen: {what}")
            return what

    def _new_tokens(self, tokens: Text) -> Text | str:
        prompt = self._task.prompt
        if tokens[: len(prompt)] != prompt:
            return "the returned tokens do not begin with the prompt"
        new = tokens[len(prompt) :]
        return new if len(new) <= self._task.max_new_tokens else f"{len(new)} new tokens came back"


class Kept:
    """Sources with a seed of their own that the import made: each run finds them as the import left them."""

    def __init__(self) -> None:
        self._sources: list[Any] = []
        self._states: list[tuple[Callable[[Any], object], Any]] = []

    def keep(self, source: Any) -> Any:
        if chance.walk is None:
            self._sources.append(source)
        return source

    def remember(self) -> None:
        for generator in Generator.alive:
            self._states.append((generator.set_state, generator.real_state()))
        for source in self._sources:
            if isinstance(source, np.random.Generator):
                bits = source.bit_generator
                self._states.append((partial(setattr, bits, "state"), bits.state))
            elif hasattr(source, "getstate"):
                self._states.append((source.setstate, source.getstate()))
            else:
                self._states.append((source.set_state, source.get_state()))
        self._states.append((random.setstate, random.getstate()))
        self._states.append((np.random.set_state, np.random.get_state()))
        self._states.append((torch.default_generator.set_state, torch.default_generator.get_state()))

    def restore(self) -> None:
        for put_back, state in self._states:
            put_back(state)


def _states() -> dict[str, Any]:
    """Of the global sources, to see whether one was drawn from."""
    keys: Any = np.random.get_state()
    return {
        "torch": torch.default_generator.get_state().numpy().tobytes(),
        "python": random.getstate(),
        "numpy": (keys[1].tobytes(), *keys[2:]),
    }


def follow_imports(folder: Path) -> None:
    """Have the submission's modules turn random numbers into plain ones without losing them.

    ``float(u)`` must give a float whatever ``u`` is, so the call itself is replaced, and only there.
    """
    builtins.__as_number__ = as_number  # type: ignore[attr-defined]
    hook = FileFinder.path_hook((_Loader, [".py"]))

    def only_there(path: str) -> Any:
        if Path(path) != folder:
            raise ImportError
        return hook(path)

    sys.path_hooks.insert(0, only_there)
    sys.path_importer_cache.pop(str(folder), None)


def load(folder: Path, entry: str) -> Callable[..., object]:
    """As a trial's process does, by the loader below."""
    sys.path.insert(0, str(folder))
    spec = spec_from_loader(Path(entry).stem, _Loader(Path(entry).stem, str(folder / entry)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return trial_process.generate_of(module, entry)


def as_number(kind: Callable[..., Any], *arguments: Any) -> Any:
    """``float(x)`` and ``int(x)`` of a submission."""
    if len(arguments) == 1 and kind in (float, int):
        number = arguments[0]
        if isinstance(number, Followed) or (isinstance(number, np.ndarray) and number.dtype == object):
            number = number.item()
        if isinstance(number, RandomInteger) or (kind is float and isinstance(number, Uncertain)):
            return number
        arguments = (number,)
    return kind(*arguments)


class _Loader(SourceFileLoader):
    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        tree = _Calls().visit(ast.parse(data, path))
        code: CodeType = compile(
            ast.fix_missing_locations(tree), path, "exec", dont_inherit=True, optimize=_optimize
        )
        return code

    def get_code(self, fullname: str) -> CodeType:
        # From the source, whatever compiled form lies about.
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Calls(ast.NodeTransformer):
    """``float(x)`` to ``__as_number__(float, x)``, likewise ``int(x)``. Lines stay where they are."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in {"float", "int"} and len(node.args) == 1:
            name = ast.copy_location(ast.Name("__as_number__", ast.Load()), node.func)
            return ast.copy_location(ast.Call(name, [node.func, *node.args], node.keywords), node)
        return node


def _place(error: BaseException, folder: Path, text: str = "") -> str:
    """The reason, and the last line of the submission that it passed through."""
    lines = [
        (Path(step.filename).name, step.lineno)
        for step in traceback.extract_tb(error.__traceback__)
        if step.filename.startswith(f"{folder}/")
    ]
    what = text or str(error)
    return f"{what}, at line {lines[-1][1]} of {lines[-1][0]}" if lines else what


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
