"""bench/formulas.c beside NumPy and numexpr: python formulas.py [--processor] PROGRAM [CASE[,CASE] [PAIRS]].

CASE is a formula, a size, or both: gauss, 1000, gauss:1000.

Samples alternate. A ratio is the peer's time by Calx's: best against best, and the median of paired ones in brackets.
"""
import sys

import numpy as np

from pairs import THREADS, Case, table

try:
    import numexpr as ne
except ImportError:
    ne = None

STEP, MODULUS = (1, 7, 3, 5, 11), (1013, 997, 991, 983, 977)
LINEAR = (lambda x, y, a, b, c: a * x + b * y - c), "a*x + b*y - c"
GAUSS = (lambda x, mu, s: np.exp(-(x - mu) ** 2 / (2 * s ** 2))), "exp(-(x - mu)**2 / (2*s**2))"
CONSTANTS = (lambda x, y: 2.5 * x + 3 * y - 1), "2.5*x + 3*y - 1"
# name: dtype, arrays, numbers, NumPy's, numexpr's
FORMULAS = {
    "linear": (np.float64, 2, (2.5, 3.0, 1.0), *LINEAR),
    "linear_held": (np.float64, 2, (2.5, 3.0, 1.0), *LINEAR),
    "linear_into": (np.float64, 2, (2.5, 3.0, 1.0), *LINEAR),
    "constants": (np.float64, 2, (), *CONSTANTS),
    "constants_held": (np.float64, 2, (), *CONSTANTS),
    "linear_arrays": (np.float64, 5, (), *LINEAR),
    "linear_f32": (np.float32, 2, (2.5, 3.0, 1.0), *LINEAR),
    "gauss": (np.float64, 1, (0.5, 0.2), *GAUSS),
    "bell": (np.float64, 1, (0.4,), lambda x, k: np.exp(-x * x / 2) * k, "exp(-x*x/2)*k"),
    "gauss_f32": (np.float32, 1, (0.5, 0.2), *GAUSS),
    "distance": (np.float64, 2, (), lambda x, y: ((x - y) ** 2).sum(), "sum((x - y)**2)"),
    "chain": (np.float64, 2, (), lambda x, y: np.where(x > y, np.clip(x, 0.25, 0.75), 0.5 * y),
              "where(x > y, where(x < 0.25, 0.25, where(x > 0.75, 0.75, x)), 0.5*y)"),
    "norm": (np.float64, 2, (), lambda x, y: np.sqrt(x * x + y * y), "sqrt(x*x + y*y)"),
}
NAMES = {"bell": ("x", "k"), "gauss": ("x", "mu", "s"), "gauss_f32": ("x", "mu", "s")}
CASES = [(name, n) for n in (8, 1000, 1000000, 25000000) for name in FORMULAS]


def prepare(program, case):
    name, n = case
    dtype, arrays, numbers, plain, text = FORMULAS[name]
    i = np.arange(n)
    args = [(i * STEP[k] % MODULUS[k] / MODULUS[k]).astype(dtype) for k in range(arrays)]
    args += numbers
    del i
    peers = {"NumPy": lambda: plain(*args)}
    if ne is not None:
        known = dict(zip(NAMES.get(name, "xyabc"), args))
        if dtype == np.float32:
            known.update({k: np.float32(v) for k, v in known.items() if isinstance(v, float)})
        peers["numexpr"] = lambda: ne.evaluate(text, local_dict=known)
    own = float(np.mean(plain(*args), dtype=np.float64))
    good = program.agrees(f"{name} {n} ", own, 1e-12 if dtype == np.float64 else 1e-6)
    return Case(f"{name} {n} ", f"{name:15} {n}", peers, good)


def chosen(case, words):
    return any(w in words for w in (case[0], str(case[1]), f"{case[0]}:{case[1]}"))


if __name__ == "__main__":
    sys.exit(table(prepare, CASES, chosen, f"numexpr {ne.__version__ if ne else '-'}, {THREADS} threads", 26, 41))
