"""bench/fft.c beside SciPy and NumPy: python fft.py PROGRAM [CASE[,CASE] [PAIRS]] [--long].

Samples alternate. A ratio is the peer's time by Calx's: best against best, and the median of paired ones in brackets.
SciPy runs with two workers and with one; NumPy has one. --long adds the cases of 2^22.
"""
import os
import platform
import statistics
import subprocess
import sys
import time

import numpy as np
import scipy
import scipy.fft as sf

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if name in os.environ:
        sys.exit(f"unset {name}")

C2C, R2C, C2C_2D, COSINE = range(4)
CASES = {}
for dtype, text in ((np.complex128, "c128"), (np.complex64, "c64")):
    for label, n in (("1009", 1009), ("1024", 1024), ("4096", 4096), ("65536", 65536), ("1e6", 1000000),
                     ("1000003", 1000003), ("2^20", 1 << 20), ("2^22", 1 << 22)):
        CASES[f"{text}_{label}"] = C2C, dtype, (n,)
CASES["rfft_2^20"] = R2C, np.float64, (1 << 20,)
CASES["rfft_1000x1024"] = R2C, np.float64, (1000, 1024)
CASES["fft_1000x1024"] = C2C, np.complex128, (1000, 1024)
CASES["fft2_2048"] = C2C_2D, np.complex128, (2048, 2048)
CASES["dct_2^16"] = COSINE, np.float64, (1 << 16,)
LONG = {"c128_2^22", "c64_2^22"}


def data(kind, dtype, shape):
    i = np.arange(np.prod(shape))
    x = i * (i + 3) % 65521 / 65521 - 0.5
    if kind in (C2C, C2C_2D):
        x = x + 1j * (i * (i + 7) % 65519 / 65519 - 0.5)
    return x.astype(dtype).reshape(shape)


def peers_of(kind, x):
    ours = {C2C: sf.fft, R2C: sf.rfft, C2C_2D: sf.fft2, COSINE: sf.dct}[kind]
    theirs = {C2C: np.fft.fft, R2C: np.fft.rfft, C2C_2D: np.fft.fft2}.get(kind)
    peers = {"SciPy 2": lambda: ours(x, workers=2), "SciPy 1": lambda: ours(x, workers=1)}
    if theirs is not None:
        peers["NumPy"] = lambda: theirs(x)
    return peers


def timed(f, calls):
    start = time.perf_counter_ns()
    for _ in range(calls):
        f()
    return (time.perf_counter_ns() - start) / calls


def check(child, name, y, dtype):
    child.stdin.write(f"{name} check\n")
    child.stdin.flush()
    got = complex(*map(float, child.stdout.readline().split()))
    y = y.ravel().astype(np.complex128)
    weight = np.arange(y.size) * 7 % 997 / 997
    eps = np.finfo(dtype).eps
    allowed = 10 * eps * np.log2(y.size) * np.linalg.norm(y) * np.sqrt(y.size)
    want = complex((y.real * weight).sum(), (y.imag * weight).sum())
    assert abs(got - want) < allowed, (name, got, want, allowed)


def row(child, name, pairs):
    kind, dtype, shape = CASES[name]
    x = data(kind, dtype, shape)
    peers = peers_of(kind, x)
    check(child, name, peers["SciPy 1"](), dtype)

    def ask(calls):
        child.stdin.write(f"{name} {calls}\n")
        child.stdin.flush()
        return float(child.stdout.readline()) / calls

    sample = 2_000_000
    calls = max(1, int(sample / min(ask(1) for _ in range(5))))
    theirs = {p: max(1, int(sample / min(timed(f, 1) for _ in range(5)))) for p, f in peers.items()}
    ours, times = [], {p: [] for p in peers}
    for _ in range(pairs if x.size < 500_000 else max(9, pairs // 4)):
        ours.append(ask(calls))
        for p, f in peers.items():
            times[p].append(timed(f, theirs[p]))
    line = f"{name:15} {min(ours) * 1e-3:11.2f}"
    for p in peers:
        middle = statistics.median(t / o for t, o in zip(times[p], ours))
        line += f" {min(times[p]) * 1e-3:11.2f} {min(times[p]) / min(ours):6.2f} ({middle:5.2f})"
    print(line, flush=True)


def main():
    given = [a for a in sys.argv[2:] if a != "--long"]
    names = given[0].split(",") if given else [n for n in CASES if "--long" in sys.argv or n not in LONG]
    pairs = int(given[1]) if len(given) > 1 else 101
    child = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, "
          f"{len(os.sched_getaffinity(0))} threads, load {os.getloadavg()[0]:.1f}")
    print(f"{'transform':15} {'Calx, us':>11} {'SciPy 2, us':>11} {'ratio':>14} {'SciPy 1, us':>11} {'ratio':>14} "
          f"{'NumPy, us':>11} {'ratio':>14}")
    for name in names:
        row(child, name, pairs)
    child.stdin.close()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
