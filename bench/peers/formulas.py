"""bench/formulas.c beside NumPy and numexpr: python formulas.py PROGRAM [CASE[,CASE] [SIZE[,SIZE] [PAIRS]]].

Samples alternate. A ratio is the peer's time by Calx's: best against best, and the median of paired ones in brackets.
"""
import os
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if name in os.environ:
        sys.exit(f"unset {name}")
try:
    import numexpr as ne
    ne.set_num_threads(len(os.sched_getaffinity(0)))
except ImportError:
    ne = None

STEP, MODULUS = (1, 7, 3, 5, 11), (1013, 997, 991, 983, 977)
LINEAR = (lambda x, y, a, b, c: a * x + b * y - c), "a*x + b*y - c"
GAUSS = (lambda x, mu, s: np.exp(-(x - mu) ** 2 / (2 * s ** 2))), "exp(-(x - mu)**2 / (2*s**2))"
CONSTANTS = (lambda x, y: 2.5 * x + 3 * y - 1), "2.5*x + 3*y - 1"
# name: dtype, arrays, numbers, NumPy's, numexpr's
CASES = {
    "linear": (np.float64, 2, (2.5, 3.0, 1.0), *LINEAR),
    "linear_held": (np.float64, 2, (2.5, 3.0, 1.0), *LINEAR),
    "linear_into": (np.float64, 2, (2.5, 3.0, 1.0), *LINEAR),
    "constants": (np.float64, 2, (), *CONSTANTS),
    "constants_held": (np.float64, 2, (), *CONSTANTS),
    "linear_arrays": (np.float64, 5, (), *LINEAR),
    "linear_f32": (np.float32, 2, (2.5, 3.0, 1.0), *LINEAR),
    "gauss": (np.float64, 1, (0.5, 0.2), *GAUSS),
    "gauss_f32": (np.float32, 1, (0.5, 0.2), *GAUSS),
    "distance": (np.float64, 2, (), lambda x, y: ((x - y) ** 2).sum(), "sum((x - y)**2)"),
    "chain": (np.float64, 2, (), lambda x, y: np.where(x > y, np.clip(x, 0.25, 0.75), 0.5 * y),
              "where(x > y, where(x < 0.25, 0.25, where(x > 0.75, 0.75, x)), 0.5*y)"),
    "norm": (np.float64, 2, (), lambda x, y: np.sqrt(x * x + y * y), "sqrt(x*x + y*y)"),
}
NAMES = {"gauss": ("x", "mu", "s"), "gauss_f32": ("x", "mu", "s")}
SIZES = (8, 1000, 1000000, 25000000)


def timed(f, calls):
    start = time.perf_counter_ns()
    for _ in range(calls):
        f()
    return (time.perf_counter_ns() - start) / calls


def row(child, name, n, pairs):
    dtype, arrays, numbers, plain, text = CASES[name]

    def ask(what):
        child.stdin.write(f"{name} {n} {what}\n")
        child.stdin.flush()
        return float(child.stdout.readline())

    i = np.arange(n)
    args = [(i * STEP[k] % MODULUS[k] / MODULUS[k]).astype(dtype) for k in range(arrays)]
    args += numbers
    del i
    assert np.isclose(ask("check"), np.mean(plain(*args), dtype=np.float64), rtol=1e-12 if dtype == np.float64 else 1e-6), name
    peers = {"NumPy": lambda: plain(*args)}
    if ne is not None:
        known = dict(zip(NAMES.get(name, "xyabc"), args))
        if dtype == np.float32:
            known.update({k: np.float32(v) for k, v in known.items() if isinstance(v, float)})
        peers["numexpr"] = lambda: ne.evaluate(text, local_dict=known)
    long = 4_000_000  # a sample: several calls, so that sleeping threads are woken once
    calls = max(1, int(long / min(ask(1) for _ in range(5))))
    theirs = {p: max(1, int(long / min(timed(f, 1) for _ in range(5)))) for p, f in peers.items()}
    ours, times = [], {p: [] for p in peers}
    for _ in range(pairs if n < 10_000_000 else max(5, pairs // 8)):
        ours.append(ask(calls) / calls)
        for p, f in peers.items():
            times[p].append(timed(f, theirs[p]))
    line = f"{name:15} {n:9} {min(ours) * 1e-3:11.3f}"
    for p in peers:
        middle = statistics.median(t / o for t, o in zip(times[p], ours))
        line += f" {min(times[p]) * 1e-3:11.3f} {min(times[p]) / min(ours):6.1f} ({middle:5.1f})"
    print(line, flush=True)


def main():
    names = sys.argv[2].split(",") if len(sys.argv) > 2 else CASES
    sizes = [int(s) for s in sys.argv[3].split(",")] if len(sys.argv) > 3 else SIZES
    pairs = int(sys.argv[4]) if len(sys.argv) > 4 else 101
    child = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, numexpr {ne.__version__ if ne else '-'}, "
          f"{len(os.sched_getaffinity(0))} threads, load {os.getloadavg()[0]:.1f}")
    print(f"{'formula':15} {'elements':>9} {'Calx, us':>11} {'NumPy, us':>11} {'ratio':>14} {'numexpr, us':>11} {'ratio':>14}")
    for n in sizes:
        for name in names:
            row(child, name, n, pairs)
    child.stdin.close()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
