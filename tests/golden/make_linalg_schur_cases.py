"""Matrix equations, functions of matrices through the Schur form, eigenvalues of pencils, balancing. Writes
linalg_equations_cases.tsv and linalg_schur_cases.tsv; run in tests/golden. Only what is unique: solutions, functions, sorted eigenvalues. Values of single
precision come from double precision."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases

warnings.simplefilter("ignore")
c = Cases()
rng = np.random.default_rng(20262)
FLOATS = ["float32", "float64", "complex64", "complex128"]
EXACT = {"float32": "float64", "complex64": "complex128"}


def some(shape, t="float64", size=1.0):
    x = rng.standard_normal(shape) * size
    if t.startswith("complex"):
        x = x + 1j * rng.standard_normal(shape) * size
    return x.astype(t)


def tol(t, factor=1.0):
    return f"r{(1e-5 if t in EXACT else 2e-14) * factor:g}"


def wide(x):
    return None if x is None else x.astype(EXACT.get(x.dtype.name, x.dtype))


def same(r, t):
    r = np.asarray(r)
    if t in EXACT:
        return r.astype("complex64" if r.dtype.kind == "c" else "float32")
    return r


def adjoint(x):
    return x.conj().swapaxes(-1, -2)


def hermitian(n, t, shift=0.0):
    x = wide(some((n, n), t))
    return (x @ adjoint(x) / n + shift * np.eye(n)).astype(t)


def exactly_hermitian(x):
    return ((x + adjoint(x)) / 2).astype(x.dtype)


# ---- Sylvester and Lyapunov
for t in FLOATS:
    for m, n in [(1, 1), (1, 3), (3, 1), (2, 2), (4, 3), (6, 9)]:
        a, b, q = some((m, m), t) + 3 * np.eye(m, dtype=t), some((n, n), t) + 4 * np.eye(n, dtype=t), some((m, n), t)
        c.call("solve_sylvester", [a, b, q], lambda: same(sl.solve_sylvester(wide(a), wide(b), wide(q)), t), tol=tol(t, 50))
    a, b, q = some((2, 1, 3, 3), t) + 4 * np.eye(3, dtype=t), some((3, 2, 2), t) + 4 * np.eye(2, dtype=t), some((3, 2), t)
    c.call("solve_sylvester", [a, b, q], lambda: same(sl.solve_sylvester(wide(a), wide(b), wide(q)), t), tol=tol(t, 50))
    for n in [1, 2, 5]:
        a, q = some((n, n), t) + 3 * np.eye(n, dtype=t), some((n, n), t)
        c.call("solve_continuous_lyapunov", [a, q], lambda: same(sl.solve_continuous_lyapunov(wide(a), wide(q)), t), tol=tol(t, 100))
    for n in [1, 3, 10]:
        a, q = some((n, n), t, 0.6 / np.sqrt(n)), some((n, n), t)
        for method in [None, "direct", "bilinear"]:
            c.call("solve_discrete_lyapunov", [a, q], lambda: same(sl.solve_discrete_lyapunov(wide(a), wide(q), method), t),
                   tol=tol(t, 300), method=method)
    a, q = some((2, 3, 3), t, 0.3), some((3, 3), t)
    c.call("solve_discrete_lyapunov", [a, q], lambda: same(sl.solve_discrete_lyapunov(wide(a), wide(q)), t), tol=tol(t, 100))
i3 = np.eye(3)
c.call("solve_sylvester", [np.eye(2, dtype=int), np.array([[3, 1], [0, 2]]), np.array([[1, 2], [3, 4]])],
       lambda: sl.solve_sylvester(np.eye(2), np.array([[3, 1], [0, 2.0]]), np.array([[1, 2], [3, 4.0]])), tol="r1e-14")
c.call("solve_sylvester", [np.zeros((0, 0)), i3, np.zeros((0, 3))], lambda: np.zeros((0, 3)))
c.error("solve_sylvester", [i3, -i3, i3], "SINGULAR")
c.error("solve_sylvester", [np.zeros((3, 3)), np.diag([1.0, 0, 2]), i3], "SINGULAR")
c.error("solve_sylvester", [i3, i3, np.eye(2)], "SHAPE")
c.error("solve_sylvester", [np.ones((2, 3)), i3, i3], "SHAPE")
c.error("solve_sylvester", [i3, i3 * np.nan, i3], "ARGUMENT")
c.error("solve_continuous_lyapunov", [np.diag([1.0, -1.0]), np.eye(2)], "SINGULAR")
c.error("solve_continuous_lyapunov", [i3, np.eye(2)], "SHAPE")
c.error("solve_continuous_lyapunov", [i3, i3 * np.inf], "ARGUMENT")
c.error("solve_discrete_lyapunov", [np.diag([2.0, 0.5]), np.eye(2)], "SINGULAR")
c.error("solve_discrete_lyapunov", [np.diag([2.0, -1.0]), np.eye(2)], "SINGULAR", method="bilinear")
c.error("solve_discrete_lyapunov", [i3, np.eye(2)], "SHAPE")

# ---- Riccati
for name, f in [("solve_continuous_are", sl.solve_continuous_are), ("solve_discrete_are", sl.solve_discrete_are)]:
    for t in FLOATS:
        for m, n in [(1, 1), (2, 1), (3, 2)]:
            a, b = some((m, m), t), some((m, n), t)
            q, r = exactly_hermitian(hermitian(m, t, 0.5)), exactly_hermitian(hermitian(n, t, 1.0))
            e = (np.eye(m) + 0.2 * wide(some((m, m), t))).astype(t)
            s = some((m, n), t, 0.1)
            for x in [[a, b, q, r], [a, b, q, r, e], [a, b, q, r, None, s], [a, b, q, r, e, s]]:
                try:
                    f(*[wide(v) for v in x])
                except np.linalg.LinAlgError:
                    continue    # by chance there is none
                c.call(name, x, lambda: same(f(*[wide(v) for v in x]), t), tol=tol(t, 3e3))
            c.call(name, [a, b, q, r], lambda: same(f(*[wide(v) for v in (a, b, q, r)], balanced=False), t), tol=tol(t, 3e3),
                   not_balanced=True)
        a, b, q, r = some((2, 3, 3), t), some((3, 1), t), exactly_hermitian(hermitian(3, t, 1.0)), np.eye(1, dtype=t)
        c.call(name, [a, b, q, r], lambda: same(f(*[wide(v) for v in (a, b, q, r)]), t), tol=tol(t, 3e3))
    # badly scaled: balancing is what makes it work
    a = np.array([[0, 1e5, 0], [0, 0, 1e-3], [1.0, 0, -1e4]])
    b, q, r = np.array([[0.0], [0], [1e3]]), np.diag([1e-4, 1.0, 10.0]), np.array([[1e-2]])
    c.call(name, [a, b, q, r], lambda: f(a, b, q, r), tol="r1e-7")
    two = np.eye(2)
    c.error(name, [two, np.eye(3), two, np.eye(3)], "SHAPE")
    c.error(name, [two, two, np.array([[1.0, 2], [0, 1]]), two], "ARGUMENT")
    c.error(name, [two, two, two, two, np.diag([1.0, 0])], "SINGULAR")
    c.error(name, [two * np.nan, two, two, two], "ARGUMENT")
c.error("solve_continuous_are", [two, two, two, np.diag([1.0, 0])], "SINGULAR")
# on the axis, or on the circle: no stabilising solution
c.error("solve_continuous_are", [np.array([[0, 1.0], [-1, 0]]), np.zeros((2, 1)), two, np.eye(1)], "SINGULAR")
c.error("solve_discrete_are", [np.diag([1.0, 0.5]), np.zeros((2, 1)), two, np.eye(1)], "SINGULAR")
c.error("solve_discrete_are", [np.diag([2.0, 0.5]), np.zeros((2, 1)), two, np.eye(1)], "SINGULAR")


c.write("linalg_equations_cases.tsv")
c = Cases()


# ---- functions
def each(f, a):
    r = [f(a[i]) for i in np.ndindex(a.shape[:-2])]
    return np.stack(r).reshape(a.shape[:-2] + r[0].shape)


def positive(n, t):
    """eigenvalues in the right half plane, in pairs where t is real"""
    return (wide(some((n, n), t)) / np.sqrt(n) + 1.7 * np.eye(n)).astype(t)


def real_if(r, x):
    return r.real if not np.iscomplexobj(x) and np.all(np.abs(r.imag) < 1e-6 * (1 + np.abs(r).max())) else r


def function(name, x, f, factor=1.0, **o):
    t = x.dtype.name
    c.call(name, [x], lambda: same(real_if(each(f, wide(x)), x), t), tol=tol(t, factor), **o)


for t in FLOATS:
    for n in [1, 2, 3, 6]:
        x = positive(n, t)
        function("sqrtm", x, sl.sqrtm, 50)
        function("logm", x, sl.logm, 200)
        for p in [0.5, -0.5, 2.3, -1.7, 0.01, 3.0, -2.0, 0.0][:: 1 if n < 6 else 3]:
            function("fractional_matrix_power", x, lambda a: sl.fractional_matrix_power(a, p), 1000, p=p)
    for name, f in [("sqrtm", sl.sqrtm), ("logm", sl.logm)]:
        function(name, np.stack([positive(3, t) for _ in range(4)]).reshape(2, 2, 3, 3), f, 200)
        # a logarithm near 0 has the errors of numbers near 1
        function(name, (1e-3 * wide(some((4, 4), t)) + np.eye(4)).astype(t), f, 20 if name == "sqrtm" else 200)
        # a negative eigenvalue makes it complex
        x = (wide(some((3, 3), t)) * 0.1 + np.diag([-2.0, 1.0, 3.0])).astype(t)
        function(name, x, f, 100)
for name, f in [("sqrtm", sl.sqrtm), ("logm", sl.logm)]:
    for x in [np.diag([4.0, 9.0, 16.0]), np.array([[0, 1.0], [-1, 0]]), np.array([[1, 1.0, 0], [0, 1, 1], [0, 0, 1]]),
              np.array([[1e-8, 1], [0, 1e8]]), np.array([[1e200, 3e199], [1e199, 2e200]]), np.array([[1, 1000.0], [0, 1 + 1e-9]]),
              np.array([[2, 1, 0], [1, 2, 1], [0, 1, 2]]), np.diag([-1.0, -1.0]), np.diag([-4.0, 2.0])]:
        function(name, x, f, 3000)
    c.error(name, [np.array([[1, np.nan], [0, 1]])], "ARGUMENT")
    c.error(name, [np.ones((2, 3))], "SHAPE")
    c.error(name, [np.ones((2, 2), "float16")], "DTYPE")
# singular and with a root all the same
for x in [np.zeros((2, 2)), np.array([[1.0, 1], [0, 0]]), np.array([[1.0, 2], [2, 4]]), np.diag([4.0, 0, 9.0]), np.diag([-1.0, 0.0])]:
    function("sqrtm", x, sl.sqrtm, 1e3)
x = np.array([[1.0, 2], [2, 4]])
c.call("fractional_matrix_power", [x], lambda: x / np.sqrt(5), tol="r1e-7", p=0.5)
c.error("fractional_matrix_power", [np.diag([1.0, 0])], "SINGULAR", p=-0.5)
c.call("fractional_matrix_power", [np.diag([4.0, 0])], np.diag([2.0, 0]), tol="r1e-14", p=0.5)
c.error("fractional_matrix_power", [np.eye(2)], "ARGUMENT", p=np.nan)
c.call("logm", [np.zeros((0, 0))], np.zeros((0, 0)))
for x in [np.zeros((2, 2)), np.array([[0.0, 1], [0, 0]]), np.diag([0.0, 1.0])]:
    function("logm", x, sl.logm)
c.call("sqrtm", [np.zeros((0, 3, 3))], np.zeros((0, 3, 3)))

for t in FLOATS:
    for n in [1, 2, 4, 7]:
        v = wide(some((n, n), t)) + 3 * np.eye(n)
        d = np.diag(np.where(np.arange(n) % 3 == 1, -1.0, 1.0) * (1 + np.arange(n)))
        function("signm", (v @ d @ np.linalg.inv(v)).astype(t), sl.signm, 1000)
c.call("signm", [np.array([[2.0, 1], [0, 2]])], np.eye(2), tol="r1e-14")
c.call("signm", [np.array([[2.0, 1, 5], [0, 2, 1], [0, 0, -2]])],
       lambda: sl.sqrtm(np.eye(3)) * 0 + np.array([[1, 0, 19 / 8], [0, 1, 0.5], [0, 0, -1]]), tol="r1e-13")
c.call("signm", [np.diag([3.0, 0, -1])], np.diag([1.0, 0, -1]), tol="r1e-14")
c.call("signm", [np.zeros((2, 2))], np.zeros((2, 2)))
for t in FLOATS:
    for n in [1, 2, 3, 6]:
        x = some((n, n), t)
        for name in ["exp", "sin", "square", "log"]:
            y = positive(n, t) if name == "log" else x
            function("funm", y, lambda a: sl.funm(a, getattr(np, name), disp=False)[0], 3e3, fn=name)
    function("funm", some((2, 3, 3), t), lambda a: sl.funm(a, np.exp, disp=False)[0], 3e3, fn="exp")

for t in FLOATS:
    for n in [1, 2, 4, 7]:
        for size in [0.01, 0.5, 3.0]:
            a, e = some((n, n), t, size), some((n, n), t)
            c.call("expm_frechet", [a, e], lambda: [same(v, t) for v in sl.expm_frechet(wide(a), wide(e))], tol=[tol(t, 100)] * 2)
    a, e = some((3, 3), t), some((3, 3), t, 1e10)
    c.call("expm_frechet", [a, e], lambda: [same(v, t) for v in sl.expm_frechet(wide(a), wide(e))], tol=[tol(t, 100)] * 2)
    for n in [1, 2, 4]:
        a = some((n, n), t)
        c.call("expm_cond", [a], lambda: same(sl.expm_cond(wide(a)), t), tol=tol(t, 100))
    a = some((2, 3, 3), t)
    c.call("expm_cond", [a], lambda: same([sl.expm_cond(wide(x)) for x in a], t), tol=tol(t, 100))
c.error("expm_frechet", [np.eye(3), np.eye(2)], "SHAPE")
c.error("expm_cond", [np.ones((2, 3))], "SHAPE")


# ---- eigenvalues of pencils, sorted as the test sorts them
def in_order(w):
    return w[np.lexsort((w.real, w.imag))]    # the two of a pair have one real part


for t in FLOATS:
    for n in [1, 2, 5]:
        a, b = some((n, n), t), some((n, n), t) + 2 * np.eye(n, dtype=t)
        c.call("eigvals_with", [a, b], lambda: same(in_order(sl.eigvals(wide(a), wide(b))), t), tol=tol(t, 1e3))
        c.call("eigvals_with", [a, None], lambda: same(in_order(sl.eigvals(wide(a))), t), tol=tol(t, 1e3))

# ---- real forms: both are what SciPy gives, numbers for numbers
for t in ["complex64", "complex128"]:
    for n in [1, 2, 3, 6]:
        w, v = np.linalg.eig(rng.standard_normal((n, n)))
        w, v = w.astype(t), v.astype(t)
        c.call("cdf2rdf", [w, v], lambda: [same(x, t) for x in sl.cdf2rdf(w, v)], tol=["=", tol(t)])
    w = np.array([1 + 2j, 5, 1 - 2j, 3 + 1j, 3 - 1j], t)
    v = some((5, 5), t)
    v[:, 2], v[:, 4], v[:, 1] = v[:, 0].conj(), v[:, 3].conj(), v[:, 1].real
    c.call("cdf2rdf", [w, v], lambda: [same(x, t) for x in sl.cdf2rdf(w, v)], tol=["=", tol(t)])
    w, v = np.stack([w, w[::-1].conj()]), np.stack([v, v])
    c.call("cdf2rdf", [w, v], lambda: [same(x, t) for x in sl.cdf2rdf(w, v)], tol=["=", tol(t)])
c.call("cdf2rdf", [np.array([1.0, 2]), np.eye(2)], lambda: sl.cdf2rdf(np.array([1.0, 2]), np.eye(2)))
c.error("cdf2rdf", [np.array([1j, 2]), np.eye(2)], "ARGUMENT")
c.error("cdf2rdf", [np.array([1j, 2, 3]), np.eye(2)], "SHAPE")

# ---- balancing by scaling alone, by permutation alone
for t in FLOATS:
    for n in [1, 3, 6]:
        x = (wide(some((n, n), t)) * 10.0 ** rng.integers(-4, 5, (n, n))).astype(t)
        def parts(**o):
            b, (s, p) = sl.matrix_balance(x, separate=True, **o)
            return [b, s.astype(x.real.dtype), p.astype("int64")]
        c.call("matrix_balance", [x], lambda: parts(permute=False), tol=["="] * 3, not_permute=True)
c.write("linalg_schur_cases.tsv")
