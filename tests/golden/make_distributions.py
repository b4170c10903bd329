#!/usr/bin/env python3
"""Write distributions.tsv: long draws of NumPy's distributions, for the tests of Calx's.

Run: python make_distributions.py > distributions.tsv
Columns: stream (seed 42), method, dtype, number of values, parameters, their bits (float64, or the
integer), SHA-256 of the values' bytes in C order, the first five values (bits in hex), SHA-256 of the
state afterwards. Vectors' parameters come behind the numbers; values count rows then. The state is
NumPy's dictionary as uint64: has_uint32, uinteger, position, has_gauss, gauss, then its words.
"""
import hashlib
import struct

import numpy as np

MILLION, LONG, SHORT = 1_000_000, 50_000, 10_000
LISTED = ("standard_gamma", "beta", "binomial", "poisson")  # one case of each has a million values

REAL = {
    "standard_gamma": [(0.5,), (1.0,), (2.0,), (0.01,), (1e-5,), (100.0,), (1e6,), (0.0,)],
    "gamma": [(2.0, 0.5), (0.3, 4.0), (1.0, 2.0), (7.5, 0.0)],
    "beta": [(2.0, 3.0), (0.5, 0.5), (1.0, 1.0), (1e-3, 1e-3), (0.5, 2.0), (1e-110, 2e-110),
             (1e-3, 5.0), (300.0, 0.1)],
    "chisquare": [(1.0,), (5.0,), (0.4,), (2.0,)],
    "noncentral_chisquare": [(3.0, 2.0), (0.5, 2.0), (3.0, 0.0), (0.5, 50.0), (1.0, 1.0)],
    "f": [(2.0, 5.0), (0.7, 30.0)],
    "noncentral_f": [(2.0, 5.0, 1.5), (0.7, 3.0, 2.0)],
    "standard_t": [(1.0,), (2.5,), (30.0,)],
    "standard_cauchy": [()],
    "laplace": [(0.0, 1.0), (-2.0, 3.5)],
    "logistic": [(0.0, 1.0), (5.0, 0.1)],
    "gumbel": [(0.0, 1.0), (1.5, 2.0)],
    "lognormal": [(0.0, 1.0), (3.0, 0.25)],
    "rayleigh": [(1.0,), (2.5,)],
    "weibull": [(0.5,), (3.0,), (1.0,), (0.0,)],
    "power": [(0.3,), (5.0,), (1.0,)],
    "pareto": [(3.0,), (0.5,)],
    "wald": [(1.0, 1.0), (3.0, 0.2), (1e-3, 50.0), (1e6, 1.0)],
    "vonmises": [(0.0, 0.0), (0.0, 1e-9), (1.0, 1e-6), (0.5, 2.0), (3.0, 400.0), (-3.0, 2e6)],
    "triangular": [(-1.0, 0.5, 2.0), (0.0, 0.0, 1.0), (0.0, 1.0, 1.0)],
}
COUNTS = {
    "binomial": [(10, 0.3), (100, 0.3), (1000, 0.4), (1000, 0.6), (10, 0.9), (0, 0.5), (5, 0.0),
                 (5, 1.0), (1000000, 1e-6), (1000000000, 0.5), (2**40, 0.25), (61, 0.5), (60, 0.5),
                 (2**62, 1e-9), (10**13, 1e-12)],
    "negative_binomial": [(5.0, 0.5), (0.3, 0.01), (100.0, 0.9), (1.0, 1.0)],
    "poisson": [(0.0,), (0.5,), (3.0,), (9.99,), (10.0,), (50.0,), (1e4,), (1e9,), (1e15,)],
    "geometric": [(0.5,), (0.34,), (0.33,), (0.01,), (1e-9,), (1.0,)],
    "hypergeometric": [(10, 10, 5), (5, 15, 12), (100, 50, 70), (15, 3, 9), (10**6, 2 * 10**6, 1000),
                       (5 * 10**8, 10**8, 3 * 10**8), (3, 1, 2), (100, 100, 195), (5, 5, 10),
                       (40, 300, 11), (0, 5, 3)],
    "logseries": [(0.1,), (0.9,), (0.999999,), (0.0,)],
    "zipf": [(1.5,), (2.0,), (4.0,), (1.1,)],
}
VECTORS = {
    "multinomial": [(20, [0.2, 0.3, 0.5]), (0, [0.5, 0.5]), (1000, [0.0, 0.25, 0.7, 0.05]),
                    (7, [1.0]), (100000, [0.125] * 8)],
    "dirichlet": [([1.0, 2.0, 3.0],), ([0.05, 0.01, 0.09],), ([0.5, 0.5],), ([1e-3] * 4,)],
    "multivariate_hypergeometric": [([3, 5, 7], 4), ([3, 5, 7], 11), ([100, 200, 300, 400], 300),
                                    ([10**6, 2 * 10**6], 1000), ([4, 0, 6], 0), ([9], 5)],
}
GENERATORS = ("PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937")


def stream(name):
    if name == "RandomState":
        return np.random.RandomState(42)
    return np.random.Generator(getattr(np.random, name)(42))


def words_of(state):
    kind, inner = state["bit_generator"], state["state"]
    wide = lambda x: [x & 2**64 - 1, x >> 64]
    position, used = 0, bool(state.get("has_uint32"))
    if kind.startswith("PCG"):
        words = wide(inner["state"]) + wide(inner["inc"])
    elif kind == "Philox":
        position = state["buffer_pos"]
        words = [*inner["counter"], *inner["key"], *(state["buffer"] if position < 4 else [0] * 4)]
    elif kind == "SFC64":
        words = list(inner["state"])
    else:
        position = inner["pos"]
        words = np.asarray(inner["key"], "<u4").view("<u8")
    gauss = state["gauss"] if state.get("has_gauss") else 0.0
    bits = struct.unpack("<Q", struct.pack("<d", gauss))[0]
    head = [int(used), state["uinteger"] if used else 0, position, state.get("has_gauss", 0), bits]
    return np.array([int(w) for w in [*head, *words]], "<u8")


def state_of(g):
    if isinstance(g, np.random.RandomState):
        return words_of(g.get_state(legacy=False))
    return words_of(g.bit_generator.state)


def bits(x):
    return x if isinstance(x, int) else struct.unpack("<Q", struct.pack("<d", x))[0]


def flat(args):
    return [y for x in args for y in (x if isinstance(x, list) else [x])]


def cases():
    for name in (*GENERATORS, "RandomState"):
        legacy = name == "RandomState"
        n = LONG if legacy or name == "PCG64" else SHORT
        for method in LISTED if n == LONG else ():
            yield name, method, "f8" if method in REAL else "i8", MILLION, {**REAL, **COUNTS}[method][2], {}
        for method, all_args in REAL.items():
            for args in all_args:
                yield name, method, "f8", n, args, {}
        for args in () if legacy else REAL["standard_gamma"]:
            yield name, "standard_gamma", "f4", n, args, {"dtype": "f4"}
        for method, all_args in COUNTS.items():
            for args in all_args:
                if name in GENERATORS[1:] and args in ((2**40, 0.25), (1e15,), (1e6,)):
                    continue
                yield name, method, "i8", n, args, {}
        if not legacy:
            yield name, "zipf", "i8", n, (2000.0,), {}
            yield name, "zipf", "i8", n, (1.0001,), {}
            yield name, "hypergeometric", "i8", n, (20, 20, 0), {}
        yield name, "bytes", "u1", 1001, (), {}
        for method, all_args in VECTORS.items():
            for args in all_args:
                if method == "multivariate_hypergeometric":
                    for how in () if legacy else ("marginals", "count"):
                        if how == "marginals" or sum(args[0]) < 5000:
                            yield name, method, "i8", 2000, args, {"method": how}
                else:
                    yield name, method, "f8" if method == "dirichlet" else "i8", 2000, args, {}


def main():
    print(f"# NumPy {np.__version__}; made by make_distributions.py")
    for name, method, dtype, n, args, options in cases():
        g = stream(name)
        if method == "bytes":
            values = np.frombuffer(g.bytes(n), "u1")
        elif method == "standard_cauchy":
            values = g.standard_cauchy(n)
        else:
            values = getattr(g, method)(*args, size=n, **options)
        values = np.ascontiguousarray(values)
        assert values.dtype == np.dtype(dtype), (method, values.dtype)
        label = method + ("_count" if options.get("method") == "count" else "")
        first = values.ravel()[:5].view(f"u{values.itemsize}")
        print(name, label, dtype, n, ",".join(map(repr, flat(args))) or "-",
              ",".join(f"{bits(x):x}" for x in flat(args)) or "-",
              hashlib.sha256(values.tobytes()).hexdigest(),
              ",".join(f"{v:0{2 * values.itemsize}x}" for v in first),
              hashlib.sha256(state_of(g).tobytes()).hexdigest(), sep="\t")


main()
