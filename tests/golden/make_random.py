#!/usr/bin/env python3
"""Write random.tsv: what NumPy's random streams give, for the tests of Calx's.

Run: python make_random.py > random.tsv
Columns: stream, seed, method, dtype, number of values, arguments, SHA-256 of the values' bytes in
C order, the first five values (bits in hex). Bounds of integers are inclusive. seed "1+2+3" is the
sequence [1, 2, 3]. choice_p draws with probabilities proportional to 1, 2, ..., n.
"""
import hashlib

import numpy as np

MILLION = 1_000_000
LISTED = ("PCG64", "Philox", "RandomState")  # a million values each; the others a tenth of that
FULL = {d: (np.iinfo(d).min, np.iinfo(d).max)
        for d in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")}


def seed_of(text):
    words = [int(w) for w in text.split("+")]
    return words[0] if len(words) == 1 else words


def stream(name, seed):
    if name == "RandomState":
        return np.random.RandomState(seed_of(seed))
    return np.random.Generator(getattr(np.random, name)(seed_of(seed)))


def draw(g, method, dtype, n, args):
    legacy = isinstance(g, np.random.RandomState)
    t = np.dtype(dtype)
    if method == "raw":
        return g.bit_generator.random_raw(n).astype(t)
    if method == "random":
        return g.random_sample(n) if legacy else g.random(n, dtype=t)
    if method == "uniform":
        return g.uniform(*args, size=n)
    if method == "integers":
        low, high = args
        if legacy:
            return g.randint(low, high + 1, size=n, dtype=t)
        return g.integers(low, high, size=n, dtype=t, endpoint=True)
    if method == "standard_normal":
        return g.standard_normal(n) if legacy else g.standard_normal(n, dtype=t)
    if method == "normal":
        return g.normal(*args, size=n)
    if method == "standard_exponential":
        return g.standard_exponential(n) if legacy else g.standard_exponential(n, dtype=t)
    if method == "standard_exponential_inv":
        return g.standard_exponential(n, dtype=t, method="inv")
    if method == "exponential":
        return g.exponential(*args, size=n)
    if method == "permutation":
        return g.permutation(n)
    if method == "choice":
        return g.choice(args[0], n)
    if method == "choice_unique":
        return g.choice(args[0], n, replace=False)
    if method == "choice_unordered":
        return g.choice(args[0], n, replace=False, shuffle=False)
    if method in ("choice_p", "choice_unique_p"):
        weight = np.arange(1, args[0] + 1, dtype=float)
        return g.choice(args[0], n, replace=method == "choice_p", p=weight / weight.sum())
    if method == "mixed":  # kept halves and cached values survive other draws
        parts = []
        for i in range(n):
            if legacy:
                parts += [g.standard_normal(i % 4), g.random_sample(i % 3),
                          g.randint(0, 10, size=i % 5, dtype="u1").astype(float)]
            else:
                parts += [g.random(i % 4, dtype="f4").astype(float), g.random(i % 3),
                          g.integers(0, 10, size=i % 5, dtype="u1").astype(float),
                          g.standard_normal(i % 2)]
        return np.concatenate(parts)
    raise ValueError(method)


def cases():
    ints = [("i8", 0, 999), ("i8", -5, 5), ("i8", 0, 2**32 - 1), ("i8", 0, 2**32),
            ("i8", -2**40, 3 * 2**61), ("i4", -5, 5), ("i4", 0, 2**31 - 2), ("u4", 7, 2**31 + 9),
            ("i2", -300, 699), ("u2", 0, 999), ("u1", 0, 99), ("i1", -3, 3), ("u8", 1, 2**63 + 1),
            ("?", 0, 1)] + [(d, *FULL[d]) for d in FULL]
    for name in ("PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937"):
        if name != "MT19937":
            yield name, "42", "raw", "u8", 1000, ()
        for t in ("f8", "f4"):
            yield name, "42", "random", t, MILLION, ()
            yield name, "42", "standard_normal", t, MILLION, ()
            yield name, "42", "standard_exponential", t, MILLION, ()
            yield name, "42", "standard_exponential_inv", t, MILLION, ()
        yield name, "42", "uniform", "f8", MILLION, (-1.0, 3.0)
        yield name, "42", "normal", "f8", MILLION, (10.0, 2.0)
        yield name, "42", "exponential", "f8", MILLION, (2.5,)
        for t, low, high in ints if name in ("PCG64", "MT19937") else ints[:5]:
            yield name, "42", "integers", t, MILLION, (low, high)
        yield name, "42", "permutation", "i8", MILLION, ()
        yield name, "42", "choice", "i8", MILLION, (100,)
        for pop, k in ((100, 5), (9000, 8000), (100000, 2000), (100000, 2001), (1000000, 1000000),
                       (7, 7), (1, 1)):
            yield name, "42", "choice_unique", "i8", k, (pop,)
        for pop, k in ((100, 5), (100000, 5000), (100000, 5001)):
            yield name, "42", "choice_unordered", "i8", k, (pop,)
        yield name, "42", "choice_p", "i8", MILLION, (1000,)
        yield name, "42", "choice_unique_p", "i8", 900, (1000,)
        yield name, "42", "mixed", "f8", 1000, ()
    for seed in ("0", "1", "4294967296", "340282366920938463463374607431768211461", "1+2+3",
                 "0+0+0+0+7+4294967296"):
        yield "PCG64", seed, "random", "f8", 1000, ()
        yield "Philox", seed, "random", "f8", 1000, ()
    for seed in ("0", "42", "4294967295", "1+2+3"):
        yield "RandomState", seed, "random", "f8", MILLION, ()
        yield "RandomState", seed, "standard_normal", "f8", MILLION, ()
    yield "RandomState", "42", "uniform", "f8", MILLION, (-1.0, 3.0)
    yield "RandomState", "42", "uniform", "f8", MILLION, (3.0, -1.0)
    yield "RandomState", "42", "normal", "f8", MILLION, (10.0, 2.0)
    yield "RandomState", "42", "standard_exponential", "f8", MILLION, ()
    yield "RandomState", "42", "exponential", "f8", MILLION, (2.5,)
    for t, low, high in ints:
        yield "RandomState", "42", "integers", t, MILLION, (low, high)
    yield "RandomState", "42", "permutation", "i8", MILLION, ()
    yield "RandomState", "42", "choice", "i8", MILLION, (100,)
    yield "RandomState", "42", "choice_unique", "i8", 5000, (100000,)
    yield "RandomState", "42", "choice_p", "i8", MILLION, (1000,)
    yield "RandomState", "42", "choice_unique_p", "i8", 900, (1000,)
    yield "RandomState", "42", "mixed", "f8", 1000, ()


def main():
    print(f"# NumPy {np.__version__}; made by make_random.py")
    for name, seed, method, dtype, n, args in cases():
        if name not in LISTED and n == MILLION and method != "choice_unique":
            n = MILLION // 10
        values = np.ascontiguousarray(draw(stream(name, seed), method, dtype, n, args))
        assert values.dtype == np.dtype(dtype), (method, values.dtype)
        first = values[:5].view(f"u{values.itemsize}")
        print(name, seed, method, dtype, n, ",".join(map(str, args)) or "-",
              hashlib.sha256(values.tobytes()).hexdigest(),
              ",".join(f"{v:0{2 * values.itemsize}x}" for v in first), sep="\t")


main()
