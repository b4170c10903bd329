"""bench/arrays.c beside NumPy: python arrays.py [--processor] PROGRAM [CASE[,CASE] [PAIRS]].

Samples alternate. A ratio is NumPy's time by Calx's: best against best, and the median of paired ones in brackets. With
--processor both sides have one thread, and its processor time counts: for machines with neighbours.
"""
import functools
import sys

import numpy as np

from pairs import OTHERS, Case, fingerprint, numbers, table

if OTHERS:
    import others

BINS, SEED = 1000, 1
TYPES = {"f64": np.float64, "f32": np.float32}
# name: NumPy's call of the data, what a is (scale and offset), what the results may differ by
CALLS = {
    "add_into": (lambda d: np.add(d.a, d.b, out=d.out), 1, 0),
    "add": (lambda d: d.a + d.b, 1, 0),
    "exp": (lambda d: np.exp(d.a), 20, 0),
    "tanh": (lambda d: np.tanh(d.a), 8, 0),
    "power": (lambda d: np.power(d.a, d.b), 1, 1),
    "where": (lambda d: np.where(d.mask, d.a, d.b), 1, 0),
    "clip": (lambda d: np.clip(d.a, -0.25, 0.25), 1, 0),
    "sum": (lambda d: d.a.sum(), 1, 0),
    "std_columns": (lambda d: d.a.std(axis=0), 1, 0),
    "cumsum": (lambda d: np.cumsum(d.a), 1, 0),
    "argmax_columns": (lambda d: d.a.argmax(axis=0), 1, 0),
    "mask": (lambda d: d.a[d.mask], 1, 0),
    "sort": (lambda d: np.sort(d.a), 1, 0),
    "argsort": (lambda d: np.argsort(d.a), 1, 0),
    "unique": (lambda d: np.unique(d.bin), 1, 0),
    "searchsorted": (lambda d: np.searchsorted(d.a, d.b), 1, 0),
    "take": (lambda d: np.take(d.a, d.index), 1, 0),
    "transpose": (lambda d: np.ascontiguousarray(d.a.T), 1, 0),
    "add_at": (lambda d: np.add.at(d.out, d.bin, d.a), 1, 0),
    "uniform": (lambda d: d.g.random(d.a.shape), 1, 0),
    "normal": (lambda d: d.g.standard_normal(d.a.shape), 1, 0),
}
# function, dtype, rows, columns
CASES = [(f, "f64", 1, n) for f in ("add_into", "add") for n in (8, 25000000)]
CASES += [(f, "f64", 1, 1000000) for f in ("exp", "tanh", "power", "where", "clip", "mask", "unique", "searchsorted", "add_at")]
CASES += [(f, "f64", 1, 25000000) for f in ("sum", "take")] + [("exp", "f32", 1, 25000000)]
CASES += [("cumsum", "f64", 1, n) for n in (1000000, 25000000)]
CASES += [(f, "f64", 5000, 5000) for f in ("std_columns", "argmax_columns", "transpose")]
CASES += [(f, "f64", 1, 10000000) for f in ("sort", "argsort", "uniform", "normal")]


@functools.lru_cache(2)
def drawn(first, n):
    return numbers(np.arange(first, first + n))


class Data:
    """What arrays.c makes alike, as far as a call needs it."""

    def __init__(self, name, dtype, rows, columns):
        _, scale, offset = CALLS[name]
        self.n, self.bins, self.dtype = rows * columns, name == "add_at", dtype
        a = drawn(0, self.n)
        self.a = (scale * (np.sort(a) if name == "searchsorted" else a) + offset).astype(dtype)
        if rows > 1:
            self.a = self.a.reshape(rows, columns)

    others = functools.cached_property(lambda d: drawn(d.n, d.n))
    b = functools.cached_property(lambda d: d.others.astype(d.dtype))
    mask = functools.cached_property(lambda d: d.others > 0)
    index = functools.cached_property(lambda d: np.floor((d.others + 0.5) * d.n).astype(np.int64))
    bin = functools.cached_property(lambda d: np.floor((d.others + 0.5) * BINS).astype(np.int64))
    out = functools.cached_property(lambda d: np.zeros(BINS if d.bins else d.n, d.dtype))
    g = functools.cached_property(lambda d: np.random.default_rng(SEED))


def prepare(program, case):
    name, kind, rows, columns = case
    data, call = Data(name, TYPES[kind], rows, columns), CALLS[name][0]
    head = f"{name} {kind} {rows} {columns} "
    result = call(data)
    own = fingerprint(data.out if result is None else result, sign=True)
    good = program.agrees(head, own, 1e-6 if kind == "f32" else 1e-9)
    size = f"{rows}x{columns}" if rows > 1 else f"{columns}"
    peers = {"NumPy": lambda: call(data)}
    peers.update(others.arrays(name, data) if OTHERS else {})
    return Case(head, f"{name:14} {kind} {size}", peers, good)


if __name__ == "__main__":
    sys.exit(table(prepare, CASES, lambda c, words: c[0] in words or f"{c[0]}:{c[3]}" in words, "its calls", 28, 21))
