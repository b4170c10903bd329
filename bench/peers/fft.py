"""bench/fft.c beside SciPy and NumPy: python fft.py [--long] [--processor] PROGRAM [CASE[,CASE] [PAIRS]]; or python fft.py --accuracy.

Samples alternate. A ratio is the peer's time by Calx's: best against best, and the median of paired ones in brackets.
SciPy runs with as many workers as there are processors and with one; NumPy has one. --long adds the cases of 2^22.
--accuracy: the errors of SciPy's transforms (--long: of every length to 8192, else every 11th) as tests/conformance/test_fft_accuracy.c counts them, against its own in long double.
"""
import sys

import numpy as np
import scipy
import scipy.fft as sf

from pairs import Case, table

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


def peers_of(kind, x, threads):
    ours = {C2C: sf.fft, R2C: sf.rfft, C2C_2D: sf.fft2, COSINE: sf.dct}[kind]
    theirs = {C2C: np.fft.fft, R2C: np.fft.rfft, C2C_2D: np.fft.fft2}.get(kind)
    peers = {f"SciPy {n}": lambda n=n: ours(x, workers=n) for n in dict.fromkeys((threads, 1))}
    if theirs is not None:
        peers["NumPy"] = lambda: theirs(x)
    return peers


def prepare(program, name):
    kind, dtype, shape = CASES[name]
    peers = peers_of(kind, data(kind, dtype, shape), program.threads)
    y = peers["SciPy 1"]().ravel().astype(np.complex128)
    i = np.arange(y.size)
    own = float((y.real * (i * 7 % 997 / 997) + y.imag * (i * 5 % 991 / 991)).sum())
    allowed = 20 * np.finfo(dtype).eps * np.log2(y.size) * np.linalg.norm(y) * np.sqrt(y.size)
    good = program.agrees(name + " ", own, allowed / abs(own))
    return Case(name + " ", name, peers, good)


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


if __name__ == "__main__":
    if "--accuracy" in sys.argv:
        sys.exit(accuracy())
    names = [n for n in CASES if "--long" in sys.argv or n not in LONG]
    sys.exit(table(prepare, names, lambda c, words: c in words, f"SciPy {scipy.__version__}", 16, 41))
