"""Matrices made of a few numbers: SciPy's toeplitz, circulant, hankel, hilbert... Writes linalg_matrices_cases.tsv; run in
tests/golden."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases

warnings.simplefilter("ignore")
c = Cases()
TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
         "complex64", "complex128"]


def base(shape, t="float64", step=7):
    n = int(np.prod(shape))
    x = (np.arange(n) * step % 11 + 1)
    if t == "bool":
        return (x % 2 == 0).reshape(shape)
    x = x.astype(t)
    if x.dtype.kind == "c":
        x = (x + 1j * (np.arange(n) * 5 % 7 - 3)).astype(t)
    return x.reshape(shape)


def batched(f, *args, core):
    """SciPy's function of one matrix over a broadcast batch."""
    shape = np.broadcast_shapes(*[a.shape[:-core] for a in args])
    args = [np.broadcast_to(a, shape + a.shape[-core:]) for a in args]
    r = [f(*[a[i] for a in args]) for i in np.ndindex(shape)]
    return np.stack(r).reshape(shape + r[0].shape)


for t in TYPES:
    x, y = base((3,), t), base((4,), t, 3)
    c.call("toeplitz", [x, None], lambda: sl.toeplitz(x))
    c.call("toeplitz", [x, y], lambda: sl.toeplitz(x, y))
    c.call("hankel", [x, None], lambda: sl.hankel(x))
    c.call("hankel", [x, y], lambda: sl.hankel(x, y))
    c.call("circulant", [x], lambda: sl.circulant(x))
    for u in ["int8", "uint64", "float32", "complex64"]:
        z = base((2,), u)
        c.call("toeplitz", [x, z], lambda: sl.toeplitz(x, z))
        c.call("hankel", [x, z], lambda: sl.hankel(x, z))
        b, d = base((2, 2), t), base((1, 2), u)
        c.call("block_diag", [b, d], lambda: sl.block_diag(b, d))
        c.call("khatri_rao", [b, d], lambda: sl.khatri_rao(b, d))
    if t != "bool":
        c.call("companion", [x], lambda: sl.companion(x), tol="u4")
c.call("companion", [base((3,), "bool")], lambda: sl.companion(np.array([True, True, False])), error="DTYPE")
for m in [1, 2, 5]:
    for n in [1, 2, 6]:
        x, y = base((m,)), base((n,), step=5)
        c.call("toeplitz", [x, y], lambda: sl.toeplitz(x, y))
        c.call("hankel", [x, y], lambda: sl.hankel(x, y))
for s in [np.array(3.0), np.array(2 + 1j)]:
    c.call("toeplitz", [s, None], lambda: sl.toeplitz(s))
    c.call("toeplitz", [s, base((3,))], lambda: sl.toeplitz(s, base((3,))))
    c.call("circulant", [s], lambda: sl.circulant(s))
    c.call("hankel", [s, base((3,))], lambda: sl.hankel(s, base((3,))), error="SHAPE")
    c.call("hankel", [base((3,)), s], lambda: sl.hankel(base((3,)), s), error="SHAPE")
for a, b in [((2, 3), (2, 4)), ((2, 3), (4,)), ((3,), (2, 2, 4)), ((2, 1, 3), (3, 2))]:
    x, y = base(a), base(b, step=3)
    c.call("toeplitz", [x, y], lambda: sl.toeplitz(x, y))
    c.call("hankel", [x, y], lambda: batched(sl.hankel, x, y, core=1))
    c.call("circulant", [x], lambda: sl.circulant(x))
    c.call("companion", [x], lambda: sl.companion(x), tol="u4")
c.call("toeplitz", [base((2, 3), "complex64"), None], lambda: sl.toeplitz(base((2, 3), "complex64")))
c.call("hankel", [base((2, 3)), None], lambda: batched(sl.hankel, base((2, 3)), core=1))
c.call("toeplitz", [base((2, 3)), base((3, 3))], lambda: sl.toeplitz(base((2, 3)), base((3, 3))), error="SHAPE")
c.error("hankel", [base((2, 3)), base((3, 3))], "SHAPE")
c.call("toeplitz", [np.zeros(0), np.zeros(3)], lambda: np.zeros((0, 3)))
c.call("toeplitz", [np.zeros(3), np.zeros(0)], lambda: np.zeros((3, 0)))
c.call("toeplitz", [np.zeros((0, 2)), np.zeros(3)], lambda: np.zeros((0, 2, 3)))
c.call("hankel", [np.zeros(0), None], lambda: sl.hankel(np.zeros(0)))
c.call("circulant", [np.zeros(0, "int64")], lambda: np.zeros((0, 0), "int64"))
c.call("circulant", [np.zeros((0, 2))], lambda: sl.circulant(np.zeros((0, 2))))

for n in range(9):
    c.call("hilbert", [], lambda: sl.hilbert(n) if n else np.zeros((0, 0)), n=n)
c.error("hilbert", [], "ARGUMENT", n=-1)
for n in range(15):
    c.call("invhilbert", [], lambda: sl.invhilbert(n, exact=True), n=n, exact=True)
for n in [0, 1, 2, 3, 4, 8, 15, 20]:
    c.call("invhilbert", [], lambda: np.array(sl.invhilbert(n, exact=True), "float64"), tol=f"u{4 * n + 1}", n=n)
c.error("invhilbert", [], "UNSUPPORTED", n=15, exact=True)
c.error("invhilbert", [], "ARGUMENT", n=-2)

for shapes in [[()], [(3,)], [(2, 3)], [(0,)], [(), (2,), (2, 2)], [(2, 2), (3, 1), (1, 3)], [(0, 2), (2, 0)], [(2, 2), (0,), (1, 1)],
               [(4, 2, 2), (3, 1)], [(2, 1, 1, 2), (3, 2, 2)], [(0, 2, 2), (1, 2)], [(2, 0, 3), (2, 2, 0)]]:
    x = [base(s, step=3 + i) for i, s in enumerate(shapes)]
    c.call("block_diag", x, lambda: sl.block_diag(*x))
c.call("block_diag", [base((2, 2, 2)), base((3, 2, 2))], lambda: sl.block_diag(base((2, 2, 2)), base((3, 2, 2))), error="SHAPE")
c.error("block_diag", [], "ARGUMENT")

for a, b in [((2, 3), (4, 3)), ((1, 1), (1, 1)), ((2, 3, 2), (2, 2, 2)), ((2, 1, 2, 3), (3, 1, 3)), ((0, 2), (2, 2)), ((2, 0), (3, 0))]:
    x, y = base(a), base(b, step=3)
    c.call("khatri_rao", [x, y], lambda: sl.khatri_rao(x, y))
for a, b in [((2, 3), (2, 2)), ((3,), (2, 3)), ((3,), (3,)), ((2, 2, 3), (3, 2, 3))]:
    x, y = base(a), base(b)
    c.call("khatri_rao", [x, y], lambda: sl.khatri_rao(x, y), error="SHAPE")

for a in [np.array([1, -10, 31, -30]), np.array([2.0, 4.0]), np.array([1j, 2, 3 + 1j]), np.array([np.inf, 1.0]), np.array([1.0, np.nan, 2.0])]:
    c.call("companion", [a], lambda: sl.companion(a), tol="u4")
for a in [np.array([0.0, 1.0]), np.array([[1.0, 2.0], [0.0, 1.0]])]:
    c.call("companion", [a], lambda: sl.companion(a), error="ARGUMENT")
for a in [np.array([1.0]), np.array(2.0), np.zeros(0), np.ones((2, 1))]:
    c.call("companion", [a], lambda: sl.companion(a), error="SHAPE")
c.write("linalg_matrices_cases.tsv")
