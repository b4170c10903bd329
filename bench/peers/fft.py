"""bench/fft.c beside SciPy and NumPy: python fft.py PROGRAM [CASE[,CASE] [PAIRS]] [--long]; or python fft.py --accuracy.

Samples alternate. A ratio is the peer's time by Calx's: best against best, and the median of paired ones in brackets.
SciPy runs with two workers and with one; NumPy has one. --long adds the cases of 2^22.
--accuracy: the errors of SciPy's transforms (--long: of every length to 8192, else every 11th) as tests/conformance/test_fft_accuracy.c counts them, against its own in long double.
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


def accuracy():
    """Worst over kinds of lengths, of norm and largest element, in eps, and those over sqrt(log2(n + 1))."""
    rng = np.random.default_rng(1)

    def smooth(n, most):
        for p in range(2, most + 1):
            while n % p == 0:
                n //= p
        return n == 1

    worst = {}
    for n in list(range(2, 8193, 1 if "--long" in sys.argv else 11)) + [10007, 65537, 1000003, 1000000, 1 << 20]:
        x = rng.integers(-2**23, 2**23, n) / 2**23 + 1j * rng.integers(-2**23, 2**23, n) / 2**23
        wide = x.astype(np.clongdouble)
        kind = "11-smooth" if smooth(n, 11) else "61-smooth" if smooth(n, 61) else "other"
        for t, eps in ((np.complex128, 2.0**-52), (np.complex64, 2.0**-23)):
            one = wide.astype(t)
            for name, got, want in (("fft", sf.fft(one), sf.fft(wide)), ("ifft", sf.ifft(one), sf.ifft(wide)),
                                    ("rfft", sf.rfft(one.real), sf.rfft(wide.real)),
                                    ("irfft", sf.irfft(one[:n // 2 + 1], n), sf.irfft(wide[:n // 2 + 1], n))):
                wrong = np.abs(got - want)
                size = np.sqrt(np.sum(np.abs(want)**2))
                norm, most = np.sqrt(np.sum(wrong**2)) / size / eps, wrong.max() * np.sqrt(want.size) / size / eps
                depth = np.sqrt(np.log2(n + 1))
                at = worst.setdefault((kind, t.__name__, "large" if n > 8192 else ""), [0] * 4)
                for i, v in enumerate((norm, most, norm / depth, most / depth)):
                    at[i] = max(at[i], float(v))
    for key, (norm, most, a, b) in sorted(worst.items()):
        print(f"{' '.join(key):28} norm {norm:6.3f} ({a:6.3f} depth)  largest {most:6.3f} ({b:6.3f} depth)")
    return 0


def main():
    if "--accuracy" in sys.argv:
        return accuracy()
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
