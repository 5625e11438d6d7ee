"""Torch as a submission sees it while its random decisions are followed. Runs in the jail.

A mode of `torch.overrides` sees each call of torch. Calls that draw from an open source give a `Followed`
tensor, whose elements are `Uncertain`, or decide at once (multinomial, bernoulli). What is done to one is
done element by element in numpy. A call that is not in the tables below is refused by name. What draws past
all this moves a generator, and that is noticed at the end of the run.
"""

from __future__ import annotations

import bisect
import math
import operator
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from harness.enumeration.race import race
from harness.enumeration.sources import (
    MOST_WAYS,
    RandomInteger,
    chance,
    draws,
    exponential,
    filled,
    uniform,
    whole,
)
from harness.enumeration.uncertain import Uncertain
from harness.enumeration.walk import Walk

RealGenerator = torch.Generator


class Generator(RealGenerator):  # type: ignore[misc,valid-type]
    """Stands for `torch.Generator`. A new one is settled, since torch seeds it with a constant."""

    alive: ClassVar[weakref.WeakSet[Generator]] = weakref.WeakSet()
    opened: ClassVar[list[Generator]] = []
    """Those that were opened in this run."""
    open = False

    def __init__(self, device: object = "cpu") -> None:
        Generator.alive.add(self)

    def open_up(self) -> Generator:
        """From now on its numbers are decisions; its own state must stay as it is."""
        self.open, self._untouched = True, self.real_state()
        Generator.opened.append(self)
        return self

    @property
    def moved(self) -> bool:
        """Whether something drew real numbers from it although it is open."""
        return self.open and not torch.equal(self._untouched, self.real_state())

    def manual_seed(self, seed: Any) -> Generator:
        if isinstance(seed, RandomInteger):
            seed.claim()
            return self.open_up()
        self.open = False
        super().manual_seed(seed)
        return self

    def seed(self) -> Any:
        if chance.walk is None:
            return super().seed()
        self.open_up()
        return _claimed(chance.walk)

    def initial_seed(self) -> Any:
        return _claimed(chance.walk) if self.open and chance.walk else super().initial_seed()

    def get_state(self) -> Tensor:
        self._refuse_if_open("the state of the generator, which could repeat its numbers")
        return super().get_state()

    def set_state(self, new_state: Tensor) -> Any:
        self.open = False
        return super().set_state(new_state)

    def clone_state(self) -> Any:
        self._refuse_if_open("a copy of the generator, which repeats its numbers")
        return super().clone_state()

    def real_state(self) -> Tensor:
        return super().get_state()

    def _refuse_if_open(self, what: str) -> None:
        if self.open and chance.walk is not None:
            chance.walk.refuse(what)


def _claimed(walk: Walk) -> RandomInteger:
    """The seed of a source that is already in use: seeding with it would start that source again."""
    seed = RandomInteger(walk)
    seed.claim()
    return seed


class Followed(Tensor):  # type: ignore[misc]
    """A tensor with uncertain elements: its own storage has a shape and a dtype, and nothing in it."""

    numbers: np.ndarray
    """Objects: `Uncertain`, float or `RandomInteger`."""

    @classmethod
    def of(cls, numbers: np.ndarray, dtype: torch.dtype) -> Followed:
        followed: Followed = Tensor._make_subclass(
            cls, torch.empty(numbers.shape, dtype=dtype, device="meta")
        )
        followed.numbers = numbers
        return followed

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # The mode below has every call that a submission makes; this one comes from nowhere.
        assert chance.walk is not None
        chance.walk.refuse(f"torch's {_name(func)}, on random numbers")


class Following(TorchFunctionMode):  # type: ignore[misc]
    """While entered, and while a run goes on, torch's random numbers are decisions of the walk."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = _name(func)
        if (draw := DRAWS.get(name)) is not None:
            walk = _walk_of(kwargs.get("generator"))
            if walk is not None:
                if kwargs.get("out") is not None:
                    walk.refuse(f"torch's {name}, with out=...")
                return draw(walk, args, kwargs)
        if name in MAKERS:
            return _made(func, name, args, kwargs)
        if not (Followed in types or any(type(each) in _UNCERTAIN for each in args)):
            return func(*args, **kwargs)
        return _on_followed(func, name, args, kwargs)


_UNCERTAIN = {Uncertain, RandomInteger, Followed}


def _walk_of(generator: Any) -> Walk | None:
    if generator is None:
        return chance.open("torch")
    return chance.walk if isinstance(generator, Generator) and generator.open else None


def _name(func: Any) -> str:
    name: str = getattr(func, "__name__", "")
    if name in ("__get__", "__set__"):
        return str(getattr(func.__self__, "__name__", name))
    return name


# --- Draws.


def _rand(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    template = torch.empty(*args, **{key: kwargs[key] for key in kwargs if key != "generator"})
    return _uniforms(walk, template)


def _rand_like(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    return _uniforms(walk, torch.empty_like(args[0], dtype=kwargs.get("dtype")))


def _uniforms(walk: Walk, template: Tensor) -> Tensor:
    return Followed.of(_filled(template, lambda: uniform(walk)), template.dtype)


def _filled(like: Tensor, draw: Callable[[], Any]) -> np.ndarray:
    return np.asarray(filled(tuple(like.shape), draw), dtype=object)


def _uniform_(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    tensor, (low, high) = args[0], _settings(args[1:], kwargs, ("from", 0.0), ("to", 1.0))
    return _become(walk, tensor, _filled(tensor, lambda: uniform(walk) * (high - low) + low))


def _exponential_(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    tensor, (rate,) = args[0], _settings(args[1:], kwargs, ("lambd", 1.0))
    return _become(walk, tensor, _filled(tensor, lambda: exponential(walk) / rate))


def _settings(given: Sequence[Any], kwargs: Any, *wanted: tuple[str, Any]) -> list[Any]:
    return [
        given[n] if n < len(given) else kwargs.get(name, default) for n, (name, default) in enumerate(wanted)
    ]


def _bernoulli(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    probs = args[0] if len(args) == 1 and "p" not in kwargs else torch.full_like(args[0], _p(args, kwargs))
    _check_known(walk, probs, "bernoulli")
    drawn = torch.zeros_like(args[0])
    flat, chances = drawn.view(-1), probs.reshape(-1).tolist()
    for n, chance_of_one in enumerate(chances):
        if not 0.0 <= chance_of_one <= 1.0:
            raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false.")
        flat[n] = float(walk.choose((1.0 - chance_of_one, chance_of_one)))
    return drawn


def _bernoulli_(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    p = args[1] if len(args) > 1 else kwargs.get("p", 0.5)
    probs = p if isinstance(p, Tensor) else torch.full(args[0].shape, float(p))
    _check_known(walk, probs, "bernoulli_")
    tensor: Tensor = args[0]
    return tensor.copy_(_bernoulli(walk, (probs.expand(tensor.shape).clone(),), {}))


def _p(args: Any, kwargs: Any) -> float:
    return float(args[1] if len(args) > 1 else kwargs["p"])


def _multinomial(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    args = list(args)
    weights = args[0] if args else kwargs["input"]
    count, replace = _settings(args[1:], kwargs, ("num_samples", None), ("replacement", False))
    _check_known(walk, weights, "multinomial")
    # Torch's own complaints about impossible weights, from a generator that nobody else uses.
    drawn = torch.multinomial(weights, count, replace, generator=_SCRATCH)
    rows = weights.double().reshape(-1, weights.shape[-1]).tolist()
    chosen = [draws(walk, row, count, replace=replace) for row in rows]
    return torch.tensor(chosen, dtype=torch.int64).reshape(drawn.shape)


def _randint(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    whole_numbers = [each for each in args if isinstance(each, int)]
    size = next((each for each in args if not isinstance(each, int)), kwargs.get("size", ()))
    low, high = (0, *whole_numbers)[-2:] if whole_numbers else (0, 0)
    low, high = kwargs.get("low", low), kwargs.get("high", high)
    numbers = np.asarray(filled(tuple(size), lambda: whole(walk, low, high)), dtype=object)
    dtype = kwargs.get("dtype") or torch.int64
    if high - low > MOST_WAYS:
        return Followed.of(numbers, dtype)
    return torch.tensor(numbers.astype(np.int64), dtype=dtype)


def _randperm(walk: Walk, args: Any, kwargs: Any) -> Tensor:
    return torch.tensor(draws(walk, [1.0] * args[0], args[0], replace=False), dtype=torch.int64)


def _check_known(walk: Walk, tensor: Any, name: str) -> None:
    if isinstance(tensor, Followed):
        walk.refuse(f"{name} with probabilities that are random numbers themselves")


def _refused(name: str) -> Callable[[Walk, Any, Any], Any]:
    def refuse(walk: Walk, args: Any, kwargs: Any) -> Any:
        walk.refuse(f"torch's {name}")

    return refuse


_SCRATCH = RealGenerator()

DRAWS: dict[str, Callable[[Walk, Any, Any], Any]] = {
    "rand": _rand,
    "rand_like": _rand_like,
    "uniform_": _uniform_,
    "exponential_": _exponential_,
    "bernoulli": _bernoulli,
    "bernoulli_": _bernoulli_,
    "multinomial": _multinomial,
    "randint": _randint,
    "randperm": _randperm,
} | {
    name: _refused(name)
    for name in (
        "randn", "randn_like", "randint_like", "normal", "normal_", "random_", "poisson", "binomial",
        "geometric_", "cauchy_", "log_normal_", "gumbel_softmax",
    )
}  # fmt: skip


# --- What is done to followed tensors.

MAKERS = {"tensor", "as_tensor", "asarray", "scalar_tensor", "stack", "cat", "concat", "concatenate"}


def _made(func: Any, name: str, args: Any, kwargs: Any) -> Any:
    """A new tensor out of given parts, which may be uncertain however deep they lie."""
    parts = args[0] if args else kwargs.get("data", kwargs.get("tensors"))
    if not _is_uncertain(parts):
        return func(*args, **kwargs)
    if name in {"stack", "cat", "concat", "concatenate"}:
        dim = args[1] if len(args) > 1 else kwargs.get("dim", 0)
        join = np.stack if name == "stack" else np.concatenate
        return _tensor(join([_numbers(part) for part in parts], axis=dim), torch.get_default_dtype())
    numbers = parts.numbers.copy() if isinstance(parts, Followed) else np.array(_plain(parts), dtype=object)
    return _tensor(numbers, kwargs.get("dtype") or torch.get_default_dtype())


def _is_uncertain(parts: Any) -> bool:
    if isinstance(parts, list | tuple):
        return any(_is_uncertain(part) for part in parts)
    if isinstance(parts, np.ndarray):
        return bool(parts.dtype == object)
    return type(parts) in _UNCERTAIN


def _plain(parts: Any) -> Any:
    if isinstance(parts, list | tuple):
        return [_plain(part) for part in parts]
    return _numbers(parts).tolist() if isinstance(parts, Tensor) else parts


def _numbers(value: Any) -> Any:
    """As an array of objects."""
    if type(value) is Followed:
        return value.numbers
    if isinstance(value, Tensor):
        return value.detach().double().numpy().astype(object)
    return np.asarray(value, dtype=object)


def _tensor(numbers: Any, dtype: torch.dtype) -> Tensor:
    """Followed where something in it is still uncertain."""
    numbers = np.asarray(numbers, dtype=object)
    if any(type(each) in _UNCERTAIN for each in numbers.flat):
        return Followed.of(numbers, dtype)
    return torch.tensor(numbers.astype(np.float64), dtype=dtype)


def _become(walk: Walk, tensor: Tensor, numbers: np.ndarray) -> Tensor:
    """Put uncertain numbers into a tensor that somebody holds."""
    if type(tensor) is Followed:
        tensor.numbers[...] = numbers
        return tensor
    if tensor._is_view() or _is_shared(tensor):
        walk.refuse(
            "random numbers that are written into a part of a tensor, or into one that has another name"
        )
    tensor.__class__ = Followed
    tensor.numbers = numbers
    return tensor


def _is_shared(tensor: Tensor) -> bool:
    """Whether somebody has another view of its memory, who would not see what is put in."""
    # One is the tensor's own, one that of the object that is asked.
    return bool(torch._C._storage_Use_Count(tensor.untyped_storage()._cdata) > 2)


def _on_followed(func: Any, name: str, args: Any, kwargs: Any) -> Any:
    walk = chance.walk
    if walk is None:
        raise RuntimeError("a random number of one call of generate was kept and used outside of it")
    if name in METADATA:
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args, **kwargs)
    operation = None if kwargs.get("out") is not None else _operation(walk, name)
    if operation is None:
        walk.refuse(f"torch's {name} of random numbers")
    try:
        return operation(*args, **kwargs)
    except Exception:
        # A form that is not foreseen here is no fault of the submission.
        walk.refuse(f"torch's {name} of random numbers, called in this way")


def _operation(walk: Walk, name: str) -> Callable[..., Any] | None:
    """What to do for a name of torch's, as ``add``, ``add_``, ``__add__``, ``__radd__``, ``__iadd__``."""
    if name in OTHERS:
        return OTHERS[name]
    plain = name.strip("_")
    if plain in REFLECTED:
        return _elementwise(BINARY[plain.removeprefix("r")], swapped=True)
    if plain in BINARY:
        operation = _elementwise(BINARY[plain])
        return _in_place(walk, operation) if name.endswith("_") and not name.startswith("__") else operation
    if name.startswith("__i") and plain.removeprefix("i") in BINARY:
        return _in_place(walk, _elementwise(BINARY[plain.removeprefix("i")]))
    return _in_place(walk, OTHERS[plain]) if plain in IN_PLACE and name == f"{plain}_" else None


def _in_place(walk: Walk, operation: Callable[..., Any]) -> Callable[..., Tensor]:
    def apply(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return _become(walk, tensor, _numbers(operation(tensor, *args, **kwargs)))

    return apply


METADATA = {
    "size", "dim", "numel", "ndimension", "shape", "dtype", "ndim", "is_contiguous", "requires_grad",
    "layout",
    "is_floating_point", "is_complex", "__len__", "element_size", "is_cuda", "is_leaf", "grad", "stride",
    "names", "__hash__", "is_sparse", "is_quantized", "_is_view", "nelement", "is_meta", "grad_fn",
    "is_nested", "get_device",
}  # fmt: skip


def _divide(a: Any, b: Any) -> Any:
    """IEEE division for known numbers too."""
    if isinstance(b, float | int) and b == 0 and not isinstance(a, Uncertain):
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def _smaller(a: Any, b: Any) -> Any:
    if isinstance(a, Uncertain):
        return a.at_most(b)
    return b.at_most(a) if isinstance(b, Uncertain) else min(a, b)


def _larger(a: Any, b: Any) -> Any:
    if isinstance(a, Uncertain):
        return a.at_least(b)
    return b.at_least(a) if isinstance(b, Uncertain) else max(a, b)


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq,
    "ne": operator.ne, "less": operator.lt, "less_equal": operator.le, "greater": operator.gt,
    "greater_equal": operator.ge,
}  # fmt: skip
BINARY: dict[str, Callable[[Any, Any], Any]] = COMPARISONS | {
    "add": operator.add, "sub": operator.sub, "subtract": operator.sub, "mul": operator.mul,
    "multiply": operator.mul, "div": _divide, "divide": _divide, "truediv": _divide, "true_divide": _divide,
    "pow": operator.pow, "minimum": _smaller, "maximum": _larger, "mod": operator.mod, "and": operator.and_,
    "xor": operator.xor, "remainder": operator.mod,
}  # fmt: skip
REFLECTED = {"radd", "rsub", "rmul", "rdiv", "rtruediv", "rpow"}


def _elementwise(operation: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[..., Tensor]:
    decides = operation in COMPARISONS.values()

    def apply(left: Any, right: Any) -> Tensor:
        if swapped:
            left, right = right, left
        result = np.frompyfunc(operation, 2, 1)(_numbers(left), _numbers(right))
        if decides:
            return torch.from_numpy(np.asarray(result, dtype=bool))
        return _tensor(result, _dtype(left, right))

    return apply


def _dtype(*values: Any) -> torch.dtype:
    dtypes = [_plain_dtype(value) for value in values if isinstance(value, Tensor)]
    return dtypes[0] if len(dtypes) == 1 else torch.promote_types(dtypes[0], dtypes[1])


def _each(function: Callable[[Any], Any]) -> Callable[..., Tensor]:
    def apply(tensor: Followed) -> Tensor:
        return _tensor(np.frompyfunc(function, 1, 1)(tensor.numbers), _plain_dtype(tensor))

    return apply


def _reshaped(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """A function of the array of numbers that only moves them."""

    def apply(tensor: Followed, *args: Any, **kwargs: Any) -> Tensor:
        return _tensor(function(tensor.numbers, *args, **kwargs), _plain_dtype(tensor))

    return apply


def _plain_dtype(tensor: Tensor) -> torch.dtype:
    with torch._C.DisableTorchFunctionSubclass():
        return tensor.dtype


def _shape(sizes: Sequence[Any]) -> tuple[int, ...]:
    return tuple(sizes[0]) if len(sizes) == 1 and not isinstance(sizes[0], int) else tuple(sizes)


def _expand(numbers: np.ndarray, *sizes: Any) -> np.ndarray:
    shape = _shape(sizes)
    own = (1,) * (len(shape) - numbers.ndim) + numbers.shape
    return np.broadcast_to(numbers, [o if s == -1 else s for s, o in zip(shape, own, strict=True)])


def _index(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(_index(each) for each in key)
    return key.numpy() if isinstance(key, Tensor) else key


def _getitem(tensor: Tensor, key: Any) -> Tensor:
    key = _index(key)
    # The dots make even a single element a view, as torch has it.
    dotted = (
        (*key, ...) if isinstance(key, tuple) and ... not in key else (key, ...) if key is not ... else key
    )
    return _tensor(_numbers(tensor)[dotted], _plain_dtype(tensor))


def _setitem(tensor: Tensor, key: Any, value: Any) -> None:
    numbers = _numbers(tensor)
    numbers[_index(key)] = _numbers(value) if np.ndim(_numbers(value)) else _numbers(value).item()
    if type(tensor) is not Followed:
        assert chance.walk is not None
        _become(chance.walk, tensor, numbers)


def _unbind(tensor: Followed, dim: int = 0) -> tuple[Tensor, ...]:
    numbers = np.moveaxis(tensor.numbers, dim, 0)
    return tuple(_tensor(numbers[n, ...], _plain_dtype(tensor)) for n in range(len(numbers)))


def _iterate(tensor: Followed) -> Iterator[Tensor]:
    return iter(_unbind(tensor))


def _item(tensor: Followed) -> Any:
    if tensor.numbers.size != 1:
        raise RuntimeError(f"a Tensor with {tensor.numbers.size} elements cannot be converted to Scalar")
    return tensor.numbers.reshape(-1)[0]


def _clamp(tensor: Followed, min: Any = None, max: Any = None) -> Tensor:
    numbers = tensor.numbers
    if min is not None:
        numbers = np.frompyfunc(_larger, 2, 1)(numbers, _numbers(min))
    if max is not None:
        numbers = np.frompyfunc(_smaller, 2, 1)(numbers, _numbers(max))
    return _tensor(numbers, _plain_dtype(tensor))


def _to(tensor: Followed, *args: Any, **kwargs: Any) -> Tensor:
    wanted = next((each for each in (*args, *kwargs.values()) if isinstance(each, torch.dtype)), None)
    return tensor if wanted is None else _cast(wanted)(tensor)


def _cast(dtype: torch.dtype) -> Callable[[Followed], Tensor]:
    def cast(tensor: Followed) -> Tensor:
        if dtype.is_floating_point or any(type(each) is RandomInteger for each in tensor.numbers.flat):
            return Followed.of(tensor.numbers, dtype)
        return _tensor(np.frompyfunc(int, 1, 1)(tensor.numbers), dtype)

    return cast


def _race(*, largest: bool) -> Callable[..., Tensor]:
    def decide(tensor: Followed, dim: int | None = None, keepdim: bool = False) -> Tensor:
        assert chance.walk is not None
        numbers = tensor.numbers.reshape(-1) if dim is None else np.moveaxis(tensor.numbers, dim, -1)
        rows = numbers.reshape(-1, numbers.shape[-1])
        winners = np.array([race(chance.walk, list(row), largest=largest) for row in rows], dtype=np.int64)
        indices = torch.from_numpy(winners.reshape(numbers.shape[:-1]))
        return indices.unsqueeze(dim) if keepdim and dim is not None else indices

    return decide


def _search(
    edges: Any,
    values: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    **more: Any,
) -> Tensor:
    assert chance.walk is not None
    if more or isinstance(edges, Followed):
        chance.walk.refuse("searchsorted in this form")
    find = bisect.bisect_right if right or side == "right" else bisect.bisect_left
    numbers, known = _numbers(values), edges.double().numpy()
    found = np.empty(numbers.shape, dtype=np.int64)
    for index in np.ndindex(numbers.shape):
        row = known if known.ndim == 1 else known[index[:-1]]
        found[index] = find(row.tolist(), numbers[index])
    return torch.from_numpy(found).to(torch.int32 if out_int32 else torch.int64)


def _where(condition: Tensor, one: Any, other: Any) -> Tensor:
    return _tensor(np.where(condition.numpy(), _numbers(one), _numbers(other)), _dtype(*_tensors(one, other)))


def _tensors(*values: Any) -> list[Any]:
    return [value for value in values if isinstance(value, Tensor)]


def _keep(tensor: Followed, *args: Any, **kwargs: Any) -> Tensor:
    return tensor


IN_PLACE = {
    "log", "exp", "log1p", "expm1", "sqrt", "neg", "abs", "reciprocal", "clamp", "clamp_min", "clamp_max",
    "squeeze", "unsqueeze", "requires_grad",
}  # fmt: skip
OTHERS: dict[str, Callable[..., Any]] = {
    "log": _each(lambda x: x.log() if isinstance(x, Uncertain) else math.log(x) if x > 0 else -math.inf),
    "exp": _each(lambda x: x.exp() if isinstance(x, Uncertain) else math.exp(x)),
    "log1p": _each(lambda x: (x + 1.0).log() if isinstance(x, Uncertain) else math.log1p(x)),
    "expm1": _each(lambda x: x.expm1() if isinstance(x, Uncertain) else math.expm1(x)),
    "sqrt": _each(lambda x: x**0.5),
    "neg": _each(operator.neg),
    "negative": _each(operator.neg),
    "abs": _each(abs),
    "reciprocal": _each(lambda x: _divide(1.0, x)),
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_min": lambda tensor, min: _clamp(tensor, min=min),
    "clamp_max": lambda tensor, max: _clamp(tensor, max=max),
    "floor": _each(lambda x: float(x.floor()) if isinstance(x, Uncertain) else math.floor(x)),
    "isnan": lambda tensor: torch.zeros(tensor.numbers.shape, dtype=torch.bool),
    "reshape": _reshaped(lambda numbers, *sizes, **k: numbers.reshape(_shape(sizes))),
    "view": _reshaped(lambda numbers, *sizes: numbers.reshape(_shape(sizes))),
    "flatten": _reshaped(lambda numbers, *dims: numbers.reshape(-1)),
    "ravel": _reshaped(lambda numbers: numbers.reshape(-1)),
    "squeeze": _reshaped(lambda numbers, dim=None: np.squeeze(numbers, dim)),
    "unsqueeze": _reshaped(lambda numbers, dim: np.expand_dims(numbers, dim)),
    "expand": _reshaped(_expand),
    "transpose": _reshaped(lambda numbers, one, other: np.swapaxes(numbers, one, other)),
    "t": _reshaped(np.transpose),
    "T": _reshaped(np.transpose),
    "permute": _reshaped(lambda numbers, *dims: np.transpose(numbers, _shape(dims))),
    "select": _reshaped(lambda numbers, dim, index: np.moveaxis(numbers, dim, 0)[index, ...]),
    "gather": _reshaped(lambda numbers, dim, index: np.take_along_axis(numbers, index.numpy(), dim)),
    "index_select": _reshaped(lambda numbers, dim, index: np.take(numbers, index.numpy(), dim)),
    "clone": _reshaped(lambda numbers, **k: numbers.copy()),
    "unbind": _unbind,
    "__iter__": _iterate,
    "__getitem__": _getitem,
    "__setitem__": _setitem,
    "item": _item,
    "tolist": lambda tensor: tensor.numbers.tolist(),
    "numpy": lambda tensor, **k: tensor.numbers,
    "__array__": lambda tensor, *dtype: tensor.numbers,
    "__float__": lambda tensor: float(_item(tensor)),
    "__int__": lambda tensor: int(_item(tensor)),
    "__index__": lambda tensor: operator.index(_item(tensor)),
    "__bool__": lambda tensor: bool(_item(tensor)),
    "float": _cast(torch.float32),
    "double": _cast(torch.float64),
    "half": _cast(torch.float16),
    "bfloat16": _cast(torch.bfloat16),
    "long": _cast(torch.int64),
    "to": _to,
    "type": _to,
    "cpu": _keep,
    "detach": _keep,
    "contiguous": _keep,
    "requires_grad": _keep,
    "data": _keep,
    "device": lambda tensor: torch.device("cpu"),
    "argmax": _race(largest=True),
    "argmin": _race(largest=False),
    "searchsorted": _search,
    "bucketize": lambda values, edges, **how: _search(edges, values, **how),
    "where": _where,
    "__repr__": lambda tensor, **k: "<random numbers>",
    "__format__": lambda tensor, spec: "<random numbers>",
    "__deepcopy__": lambda tensor, memo: Followed.of(tensor.numbers.copy(), _plain_dtype(tensor)),
}


# --- Seeding of torch's global generator.


def follow_torch() -> None:
    """Put followed sources in the place of torch's."""
    # Torch turns an operand down before any mode sees it, unless it has this.
    for kind in (Uncertain, RandomInteger):
        kind.__torch_function__ = Followed.__torch_function__  # type: ignore[union-attr]
    torch.Generator = Generator
    for name, stand_in in (
        ("manual_seed", _manual_seed),
        ("seed", _seed),
        ("initial_seed", _initial_seed),
        ("get_rng_state", _get_state),
        ("set_rng_state", _set_state),
    ):
        real = getattr(torch.random, name)
        for module in (torch, torch.random):
            setattr(module, name, stand_in(real))


def _manual_seed(real: Any) -> Any:
    def manual_seed(seed: Any) -> Any:
        chance.seeded("torch", seed)
        return torch.default_generator if isinstance(seed, RandomInteger) else real(seed)

    return manual_seed


def _seed(real: Any) -> Any:
    def seed() -> Any:
        chance.seeded("torch", None)
        return real() if chance.walk is None else _claimed(chance.walk)

    return seed


def _initial_seed(real: Any) -> Any:
    def initial_seed() -> Any:
        walk = chance.open("torch")
        return real() if walk is None else _claimed(walk)

    return initial_seed


def _get_state(real: Any) -> Any:
    def get_rng_state() -> Any:
        walk = chance.open("torch")
        if walk is not None:
            walk.refuse("the state of torch's global generator, which could repeat its numbers")
        return real()

    return get_rng_state


def _set_state(real: Any) -> Any:
    def set_rng_state(state: Any) -> Any:
        chance.seeded("torch", 0)
        return real(state)

    return set_rng_state
