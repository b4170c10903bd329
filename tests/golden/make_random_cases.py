#!/usr/bin/env python3
"""Write random_cases.tsv: draws with parameters as arrays, vectors of draws, bounds as arrays, seeds,
jumps and permutations, and what NumPy refuses. Each case seeds its generator; the second result is
drawn afterwards, so that it tells the state.

Run: python make_random_cases.py
"""
import numpy as np

from cases import Cases, weak

NAMES = ("PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937", "RandomState")
c = Cases()
nan, inf = np.nan, np.inf


def stream(name, seed=42):
    if name == "RandomState":
        return np.random.RandomState(seed)
    return np.random.Generator(getattr(np.random, name)(seed))


def after(g):
    return g.random_sample(2) if isinstance(g, np.random.RandomState) else g.random(2)


def given(x):
    return x.value if isinstance(x, weak) else x


def each(name, method, args, size=None, error=None, tol="=", **options):
    """A method with its parameters as given: arrays or weak numbers."""
    def result():
        g = stream(name)
        v = np.asarray(getattr(g, method)(*map(given, args), size=size))
        return v, after(g)
    shape = {} if size is None else {"size": list(size)} if size else {"scalar": 1}
    c.call("each", args, result, error=error, tol=tol, stream=name, method=method, **shape, **options)


ONE = {  # parameters that vary along an axis
    "uniform": ([-1.0, 0.0, 2.5], 3.0),
    "normal": ([-1.0, 0.0, 1e6], [0.0, 1.0, 2.0]),
    "exponential": ([0.0, 0.5, 7.0],),
    "standard_gamma": ([0.0, 0.3, 1.0, 4.0],),
    "gamma": ([0.3, 1.0, 2.0, 50.0], [2.0, 0.5, 1.0, 0.0]),
    "beta": ([0.5, 2.0, 1.0, 1e-3], [0.5, 0.25, 1.0, 7.0]),
    "chisquare": ([0.5, 2.0, 30.0],),
    "noncentral_chisquare": ([0.5, 1.0, 3.0, 3.0], [2.0, 0.0, 1.5, 0.0]),
    "f": ([1.0, 5.0], [2.0, 0.7]),
    "noncentral_f": ([1.0, 5.0], [2.0, 0.7], [0.0, 3.0]),
    "standard_t": ([0.5, 3.0, 100.0],),
    "laplace": ([0.0, 1.0], [1.0, 0.0]),
    "logistic": ([0.0, 1.0], [1.0, 3.0]),
    "gumbel": ([0.0, 1.0], [1.0, 3.0]),
    "lognormal": ([0.0, 1.0], [1.0, 0.1]),
    "rayleigh": ([0.0, 1.0, 9.0],),
    "weibull": ([0.0, 0.5, 1.0, 3.0],),
    "power": ([0.1, 1.0, 3.0],),
    "pareto": ([0.5, 1.0, 3.0],),
    "wald": ([0.1, 1.0, 30.0], [1.0, 2.0, 0.3]),
    "vonmises": ([0.0, 1.0, -3.0, 2.0], [0.0, 1.0, 1e7, 40.0]),
    "triangular": ([-1.0, 0.0], [0.0, 0.5], [3.0, 0.75]),
    "binomial": ([0, 10, 100, 5000], [0.5, 0.25, 0.75, 0.4]),
    "negative_binomial": ([0.5, 3.0, 40.0], [0.25, 0.5, 1.0]),
    "poisson": ([0.0, 0.5, 9.0, 12.0, 1e6],),
    "geometric": ([0.01, 0.3, 0.5, 1.0],),
    "hypergeometric": ([40, 35, 60, 300], [5, 10, 60, 20], [3, 14, 30, 33]),
    "logseries": ([0.0, 0.3, 0.99],),
    "zipf": ([1.1, 2.0, 5.0],),
}


def arrays_of_parameters():
    for method, args in ONE.items():
        integral = method in ("binomial", "hypergeometric")
        arrays = [np.array(a, "i8" if integral and isinstance(a, list) and isinstance(a[0], int) else "f8")
                  if isinstance(a, list) else weak(a) for a in args]
        for name in NAMES:
            each(name, method, arrays)
        first = [a if isinstance(a, weak) else weak(a.ravel()[1].item()) for a in arrays]
        if any(not isinstance(a, weak) for a in arrays):
            n = len(args[0]) if isinstance(args[0], list) else 1
            each("PCG64", method, arrays, size=(2, n))
            each("PCG64", method, [arrays[0], *first[1:]], size=(3, n))
            column = [a if isinstance(a, weak) else a.reshape(-1, 1) for a in arrays]
            each("PCG64", method, [column[0], *arrays[1:]] if len(arrays) > 1 else [column[0]])
            each("RandomState", method, [column[0], *first[1:]], size=(n, 2))
            each("PCG64", method, [a if isinstance(a, weak) else a[:0] for a in arrays])
            each("PCG64", method, arrays, size=(n + 1,), error="SHAPE")
            each("PCG64", method, column, size=(n,), error="SHAPE")
        for name in NAMES:
            each(name, method, first, size=())
            each(name, method, first, size=(3, 2))
    each("PCG64", "gamma", [np.array([1, 2, 3], "i4"), np.array([True, False, True])])
    each("PCG64", "gamma", [np.array([0.5, 2], "f4"), np.array([[1], [2]], "u1")])
    each("PCG64", "binomial", [np.array([10, 200], "u2"), np.array([0.5], "f4")])
    each("PCG64", "poisson", [np.array([[3]], "i8")])
    each("PCG64", "poisson", [np.array(3.0)], size=(4,))
    each("PCG64", "gamma", [np.array([1j]), weak(1.0)], error="DTYPE")
    each("PCG64", "gamma", [np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0])], error="SHAPE")


def refusals():
    for method, args in [
            ("gamma", (-1.0, 1.0)), ("gamma", (-0.0, 1.0)), ("gamma", (1.0, -2.0)), ("beta", (0.0, 1.0)),
            ("beta", (1.0, -1.0)), ("chisquare", (0.0,)), ("noncentral_chisquare", (0.0, 1.0)),
            ("noncentral_chisquare", (1.0, -1.0)), ("f", (0.0, 1.0)), ("f", (1.0, 0.0)),
            ("noncentral_f", (1.0, 1.0, -1.0)), ("standard_t", (0.0,)), ("laplace", (0.0, -1.0)),
            ("logistic", (0.0, -1.0)), ("gumbel", (0.0, -0.0)), ("lognormal", (0.0, -1.0)),
            ("rayleigh", (-1.0,)), ("weibull", (-1.0,)), ("power", (0.0,)), ("pareto", (0.0,)),
            ("wald", (0.0, 1.0)), ("wald", (1.0, 0.0)), ("vonmises", (0.0, -1.0)),
            ("triangular", (1.0, 0.0, 2.0)), ("triangular", (0.0, 3.0, 2.0)),
            ("triangular", (1.0, 1.0, 1.0)), ("binomial", (-1, 0.5)), ("binomial", (3, 1.5)),
            ("binomial", (3, -0.5)), ("binomial", (3, nan)), ("negative_binomial", (0.0, 0.5)),
            ("negative_binomial", (-1.0, 0.5)), ("negative_binomial", (1.0, 1.5)), ("poisson", (-1.0,)),
            ("poisson", (nan,)), ("poisson", (1e19,)), ("poisson", (inf,)), ("geometric", (0.0,)),
            ("geometric", (1.5,)), ("geometric", (nan,)), ("hypergeometric", (10, 10, 21)),
            ("hypergeometric", (-1, 10, 2)), ("hypergeometric", (1, -10, 2)),
            ("hypergeometric", (1, 10, -2)), ("logseries", (1.0,)), ("logseries", (nan,)),
            ("logseries", (-0.5,)), ("zipf", (1.0,)), ("zipf", (nan,)), ("uniform", (0.0, inf)),
            ("uniform", (nan, 1.0)), ("normal", (0.0, -1.0)), ("exponential", (-1.0,))]:
        for name in ("PCG64", "RandomState"):
            each(name, method, [weak(a) for a in args], size=(), error="ARGUMENT")
        array = [np.array([ONE[method][i][-1] if isinstance(ONE[method][i], list) else ONE[method][i], a])
                 for i, a in enumerate(args)]
        each("PCG64", method, array, error="ARGUMENT")
    for method, args in [("uniform", (1.0, 0.0)), ("hypergeometric", (10**9, 5, 3)),
                         ("hypergeometric", (5, 10**9, 3)), ("negative_binomial", (1e300, 0.5)),
                         ("negative_binomial", (1.0, 1e-20)), ("negative_binomial", (nan, 0.5)),
                         ("negative_binomial", (1.0, 0.0))]:
        each("PCG64", method, [weak(a) for a in args], size=(), error="ARGUMENT")
    each("RandomState", "hypergeometric", [weak(5), weak(5), weak(0)], size=(), error="ARGUMENT")


def edges():
    for method, args in [
            ("gamma", (inf, 1.0)), ("gamma", (1.0, inf)), ("gamma", (nan, 1.0)), ("gamma", (1e308, 1e10)),
            ("standard_gamma", (5e-324,)), ("chisquare", (5e-324,)), ("beta", (inf, 1.0)),
            ("beta", (1e-110, 1e-110)), ("beta", (nan, 1.0)), ("standard_t", (inf,)), ("wald", (1.0, inf)),
            ("wald", (nan, 1.0)), ("f", (inf, 1.0)), ("vonmises", (0.0, nan)), ("vonmises", (nan, 1.0)),
            ("pareto", (inf,)), ("weibull", (inf,)), ("power", (inf,)), ("lognormal", (800.0, 1.0)),
            ("laplace", (inf, 1.0)), ("laplace", (0.0, inf)), ("logistic", (nan, 1.0)), ("gumbel", (-inf, 1.0)),
            ("rayleigh", (nan,)), ("normal", (nan, nan)), ("triangular", (nan, 1.0, 2.0)),
            ("noncentral_chisquare", (0.5, nan)), ("noncentral_chisquare", (3.0, inf)),
            ("noncentral_chisquare", (0.5, 1e20)), ("poisson", (9.2e18,)), ("poisson", (5e-324,)),
            ("geometric", (1e-300,)), ("geometric", (1e-18,)), ("binomial", (2**62, 0.5)),
            ("binomial", (2**62, 1e-300)), ("binomial", (7, 5e-324)), ("hypergeometric", (999999999, 999999999, 10**9)),
            ("negative_binomial", (1e9, 1e-9)), ("logseries", (1 - 2**-53,)), ("exponential", (inf,))]:
        for name in ("PCG64", "RandomState"):
            each(name, method, [weak(a) for a in args], size=(4,))
    each("PCG64", "zipf", [weak(1 + 2**-40)], size=(3,))
    each("PCG64", "zipf", [weak(inf)], size=(3,))
    each("PCG64", "hypergeometric", [weak(0), weak(0), weak(0)], size=(3,))
    each("RandomState", "uniform", [weak(1.0), weak(0.0)], size=(3,))
    each("RandomState", "negative_binomial", [weak(nan), weak(0.5)], size=(3,))
    each("RandomState", "negative_binomial", [weak(1.0), weak(0.0)], size=(3,))
    each("RandomState", "hypergeometric", [weak(10**9), weak(5), weak(3)], size=(3,))


def integers():
    def call(name, low, high, dtype="i8", size=None, endpoint=False, error=None):
        def result():
            g = stream(name)
            if name == "RandomState":
                v = g.randint(given(low), given(high) + endpoint, size=size, dtype=dtype)
            else:
                v = g.integers(given(low), given(high), size=size, dtype=dtype, endpoint=endpoint)
            return np.asarray(v), after(g)
        op = "integers_closed" if endpoint else "integers"
        shape = {} if size is None else {"size": list(size)}
        c.call(op, [low, high], result, error=error, stream=name, dtype=np.dtype(dtype).name, **shape)

    low, high = np.array([0, 5, -3]), np.array([10, 6, 2**40])
    for name in NAMES:
        call(name, low, high)
        call(name, low, high, size=(4, 3))
        call(name, weak(0), np.array([[1], [2], [2**32], [2**33]]), size=(4, 3))
        for t in ("u1", "i1", "u2", "i2", "i4", "u4", "i8", "u8"):
            i = np.iinfo(t)
            call(name, np.array([0, 1, 3], t), np.array([1, 100, 127], t), dtype=t, size=(5, 3))
            if name != "RandomState":
                call(name, np.array([i.min, 0, i.min], t), np.array([i.max, i.max, i.min + 9], t), dtype=t,
                     size=(2, 3), endpoint=True)
        call(name, np.array([0, 0, 1]), np.array([2, 1, 2]), dtype="?", size=(30, 3))
    call("PCG64", np.array([2**63, 0], "u8"), np.array([2**64 - 1, 7], "u8"), dtype="u8", size=(3, 2))
    call("PCG64", np.array([-2**63, 0]), np.array([2**63 - 1, 1]), size=(3, 2))
    call("PCG64", np.array([], "i8"), np.array([], "i8"))
    call("PCG64", np.array([[0], [10]]), np.array([20, 30, 40]))
    for lo, hi, t in [([0, 1], [1, 1], "i8"), ([0, 2], [1, 1], "i8"), ([0, -1], [1, 1], "u1"),
                      ([0, 0], [1, 257], "u1"), ([0, -129], [1, 1], "i1"), ([0, 0], [1, 3], "?"),
                      ([0, -1], [5, 5], "u8")]:
        call("PCG64", np.array(lo), np.array(hi), dtype=t, error="ARGUMENT")
    call("PCG64", np.array([0, 0]), np.array([1, 2, 3]), error="SHAPE")
    call("PCG64", np.array([0, 0]), np.array([3, 3]), size=(3,), error="SHAPE")
    c.error("integers", [np.array([0.5]), np.array([3.0])], "DTYPE", stream="PCG64", dtype="int64")
    c.error("integers", [np.array([0]), np.array([3])], "DTYPE", stream="PCG64", dtype="float64")


def vectors():
    def call(op, name, args, size=None, error=None, method=None, **options):
        def result():
            g = stream(name)
            how = {"method": method} if method else {}
            return np.asarray(getattr(g, op)(*map(given, args), size=size, **how, **options)), after(g)
        shape = {} if size is None else {"size": list(size)}
        count = {"count": 1} if method == "count" else {}
        c.call(op, args, result, error=error, stream=name, **shape, **count)

    p, q = np.array([0.2, 0.3, 0.5]), np.array([[0.1, 0.9, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    for name in NAMES:
        call("multinomial", name, [weak(20), p])
        call("multinomial", name, [weak(20), p], size=(2, 2))
        call("multinomial", name, [weak(0), p], size=(2,))
        call("dirichlet", name, [np.array([1.0, 0.5, 3.0])], size=(3,))
        call("dirichlet", name, [np.array([0.05, 0.01])], size=(2, 2))
        call("dirichlet", name, [np.array([2.0])])
        call("dirichlet", name, [np.array([])], size=(2,))
        if name == "RandomState":
            continue
        call("multinomial", name, [np.array([5, 100, 0]), p])
        call("multinomial", name, [np.array([5, 100]), q])
        call("multinomial", name, [np.array([[5], [100]]), q])
        call("multinomial", name, [weak(30), q], size=(3, 2))
        for method in ("marginals", "count"):
            call("multivariate_hypergeometric", name, [np.array([16, 8, 4]), weak(6)], method=method)
            call("multivariate_hypergeometric", name, [np.array([16, 8, 4], "u1"), weak(22)], size=(2, 2), method=method)
            call("multivariate_hypergeometric", name, [np.array([0, 8, 40]), weak(24)], size=(3,), method=method)
            call("multivariate_hypergeometric", name, [np.array([3, 2]), weak(5)], size=(2,), method=method)
            call("multivariate_hypergeometric", name, [np.array([3, 2]), weak(0)], size=(2,), method=method)
        call("multivariate_hypergeometric", name, [np.array([500, 400, 3000]), weak(1500)], size=(4,), method="marginals")
    call("dirichlet", "PCG64", [np.array([0.0, 0.0])], size=(2,))
    call("dirichlet", "PCG64", [np.array([0.0, 1.0])], size=(2,))
    call("dirichlet", "PCG64", [np.array([0.05, 0.0, 0.0])], size=(2,))
    call("dirichlet", "PCG64", [np.array([1e-200, 1e-200])], size=(4,))
    call("dirichlet", "PCG64", [np.array([nan, 1.0])], size=(2,))
    call("dirichlet", "PCG64", [np.array([3, 4], "i4")])
    call("dirichlet", "RandomState", [np.array([1e-200, 1e-200])], size=(2,))
    call("multinomial", "PCG64", [weak(5), np.array([0.2])])
    call("multinomial", "PCG64", [weak(5), np.array([0.0, 0.0, 0.0])])
    call("multinomial", "PCG64", [weak(5), np.array([1.0, 1e-13])])
    call("multinomial", "PCG64", [weak(5), np.array([0.7, 0.3 + 1e-9, 0.0])], error="ARGUMENT")
    call("multinomial", "PCG64", [weak(-1), p], error="ARGUMENT")
    call("multinomial", "PCG64", [np.array([3, -1]), p], error="ARGUMENT")
    call("multinomial", "PCG64", [weak(5), np.array([1.5, -0.5])], error="ARGUMENT")
    call("multinomial", "PCG64", [weak(5), np.array([nan, 0.5])], error="ARGUMENT")
    call("multinomial", "PCG64", [weak(5), np.array([])], error="SHAPE")
    call("multinomial", "PCG64", [np.array([1, 2, 3]), q], error="SHAPE")
    call("multinomial", "PCG64", [np.array([1, 2, 3]), p], size=(2,), error="SHAPE")
    for name in ("PCG64", "RandomState"):
        call("dirichlet", name, [np.array([-1.0, 1.0])], error="ARGUMENT")
    call("dirichlet", "RandomState", [np.array([0.0, 1.0])], error="ARGUMENT")
    c.error("dirichlet", [np.array([[1.0, 2.0]])], "SHAPE", stream="PCG64")
    for colors, n, error in [([10, 20], 31, "ARGUMENT"), ([-1, 20], 3, "ARGUMENT"), ([5, 5], -1, "ARGUMENT"),
                             ([10**9, 20], 3, "ARGUMENT"), ([10**9 - 20, 20], 3, "ARGUMENT")]:
        call("multivariate_hypergeometric", "PCG64", [np.array(colors), weak(n)], error=error)
    c.error("multivariate_hypergeometric", [np.array([2.0, 3.0]), weak(2)], "DTYPE", stream="PCG64")
    c.error("multivariate_hypergeometric", [np.array([[2, 3]]), weak(2)], "SHAPE", stream="PCG64")
    call("multivariate_hypergeometric", "PCG64", [np.array([], "i8"), weak(0)])


def multivariate_normals():
    """By Cholesky's factor, which is unique; LAPACK and matmul differ in last bits."""
    rng = np.random.default_rng(0)
    for name in NAMES[:5]:
        for k in (1, 2, 3, 5):
            a = rng.standard_normal((k, k + 1))
            mean, cov = rng.standard_normal(k), a @ a.T
            for size in (None, (3,), (2, 2), (0,)):
                def result():
                    g = stream(name)
                    v = g.multivariate_normal(mean, cov, size=size, method="cholesky")
                    return v, after(g)
                shape = {} if size is None else {"size": list(size)}
                c.call("multivariate_normal", [mean, cov], result, tol=["r1e-14", "="], stream=name, **shape)
    mean, cov = np.array([1, -2]), np.array([[4, 1], [1, 2]])

    def whole():
        g = stream("PCG64")
        return g.multivariate_normal(mean, cov, size=(2,), method="cholesky"), after(g)
    c.call("multivariate_normal", [mean, cov], whole, tol=["r1e-14", "="], stream="PCG64", size=[2])
    c.call("multivariate_normal", [mean.astype("f4"), cov.astype("f4")], whole, tol=["r1e-14", "="], stream="PCG64",
           size=[2])
    for m, v in [(mean, cov[:1]), (mean[:1], cov), (mean, cov[0]), (cov, cov)]:
        c.error("multivariate_normal", [m, v], "SHAPE", stream="PCG64")
    c.error("multivariate_normal", [mean.astype("c16"), cov], "DTYPE", stream="PCG64")


def orders():
    """permutation, shuffle and choice of arrays, along axes."""
    arrays = [np.arange(7), np.arange(12.0).reshape(3, 4), np.arange(24, dtype="i2").reshape(2, 3, 4) - 12,
              np.array([1 + 2j, 3, -1j]), np.array([[True, False], [True, True], [False, False]]),
              np.zeros((0, 3)), np.array([[5.5]], "f4")]
    for name in ("PCG64", "Philox", "RandomState"):
        for x in arrays:
            for axis in range(-1, x.ndim if name != "RandomState" else 0):
                if name == "RandomState":
                    axis = 0

                def permutation():
                    g = stream(name)
                    return g.permutation(x) if axis == 0 else g.permutation(x, axis=axis), after(g)

                def shuffle():
                    g = stream(name)
                    y = x.copy()
                    g.shuffle(y) if axis == 0 else g.shuffle(y, axis=axis)
                    return y, after(g)
                c.call("permutation", [x], permutation, stream=name, axis=axis)
                c.call("shuffle", [x], shuffle, stream=name, axis=axis)
                if name == "RandomState" or x.size == 0:
                    continue
                n = x.shape[axis]
                p = np.arange(1.0, n + 1) / (n * (n + 1) / 2)
                for size in ((), (3,), (2, 2)):
                    for replace in (True, False):
                        for weighted in (False, True):
                            if not replace and int(np.prod(size)) > n:
                                continue

                            def choice():
                                g = stream(name)
                                v = g.choice(x, size=size, replace=replace, p=p if weighted else None, axis=axis)
                                return v, after(g)
                            c.call("choice", [x, p if weighted else None], choice, stream=name, axis=axis,
                                   size=list(size) or None, scalar=None if size else 1,
                                   no_replace=None if replace else 1)
    c.error("permutation", [arrays[1]], "INDEX", stream="PCG64", axis=2)
    c.error("shuffle", [arrays[1]], "INDEX", stream="PCG64", axis=-3)
    for size, args, status in [([4], dict(no_replace=1), "ARGUMENT"), ([1], dict(axis=2), "INDEX")]:
        c.error("choice", [arrays[1], None], status, stream="PCG64", size=size, **args)
    for p, status in [([0.5, 0.5], "SHAPE"), ([0.5, 0.5, 0.5], "ARGUMENT"), ([-0.5, 1.0, 0.5], "ARGUMENT"),
                      ([nan, 0.5, 0.5], "ARGUMENT")]:
        c.error("choice", [arrays[1], np.array(p)], status, stream="PCG64", size=[2])
    c.error("choice", [arrays[1], np.array([1.0, 0.0, 0.0])], "ARGUMENT", stream="PCG64", size=[2], no_replace=1)
    c.error("choice", [arrays[5], None], "ARGUMENT", stream="PCG64", size=[2])


def streams():
    for text, s in [("SeedSequence(42)", np.random.SeedSequence(42)), ("SeedSequence(0)", np.random.SeedSequence(0)),
                    ("SeedSequence([1, 2, 3])", np.random.SeedSequence([1, 2, 3])),
                    (f"SeedSequence({2**70 + 5})", np.random.SeedSequence(2**70 + 5)),
                    ("SeedSequence(entropy=42, spawn_key=(1,),)", np.random.SeedSequence(42, spawn_key=(1,))),
                    ("SeedSequence(42, spawn_key=[3, 4294967297])", np.random.SeedSequence(42, spawn_key=(3, 2**32 + 1))),
                    ("SeedSequence([1, 2, 3, 4, 5, 6], spawn_key=(0, 0))",
                     np.random.SeedSequence([1, 2, 3, 4, 5, 6], spawn_key=(0, 0)))]:
        for t in ("u4", "u8"):
            for n in (0, 1, 4, 5, 9):
                c.call("generate_state", [], s.generate_state(n, np.dtype(t)), text=text.replace(";", ""), n=n,
                       dtype=np.dtype(t).name)
        for child in range(3):
            key = (*s.spawn_key, child)
            kid = np.random.SeedSequence(s.entropy, spawn_key=key)
            c.call("spawned_state", [], kid.generate_state(4), text=text, child=child)
    for name in NAMES[:5]:
        for k in (0, 1, 2):
            def result(kids=k):
                g = stream(name)
                kid = g.spawn(kids + 1)[kids]
                return kid.random(3), kid.spawn(1)[0].integers(0, 1000, 4)
            c.call("spawn", [], result, stream=name, child=k)
    for name in NAMES:
        for n in (0, 1, 3, 700):
            def raw(used=n):
                g = stream(name)
                if used:
                    after(g)
                    g.integers(0, 9, used, dtype="i4") if name != "RandomState" else g.randint(0, 9, used, dtype="i4")
                b = g._bit_generator if name == "RandomState" else g.bit_generator
                return b.random_raw(5).astype("u8"), after(g)
            c.call("raw", [], raw, stream=name, used=n)
            for jumps in (0, 1, 3):
                def jumped(used=n, count=jumps):
                    g = stream(name)
                    if used:
                        g.standard_normal(used)
                    b = (g._bit_generator if name == "RandomState" else g.bit_generator).jumped(count)
                    r = np.random.RandomState(b) if name == "RandomState" else np.random.Generator(b)
                    return r.standard_normal(3), r.uniform(0, 1, 3)
                if name != "SFC64":
                    c.call("jumped", [], jumped, stream=name, used=n, jumps=jumps)
        for n in (0, 1, 4, 7, 33):
            def byte(count=n):
                g = stream(name)
                return np.frombuffer(g.bytes(count), "u1"), after(g)
            c.call("bytes", [], byte, stream=name, n=n)
    c.error("jumped", [], "UNSUPPORTED", stream="SFC64", used=0, jumps=1)
    x = np.arange(24.0).reshape(2, 3, 4)
    for name in NAMES[:5]:
        for axis in (0, 1, 2, -1, None):
            def permuted(k=axis):
                g = stream(name)
                return g.permuted(x, axis=k), after(g)
            c.call("permuted", [x], permuted, stream=name, axis=axis)
            c.call("permuted_into", [x, np.zeros_like(x)], permuted, stream=name, axis=axis) if axis is not None else None
    for a in (np.zeros((0, 3)), np.array([5, 6, 7], "i4"), np.array([True, False, True, True])):
        def permuted_all(a=a):
            g = stream("PCG64")
            return g.permuted(a), after(g)
        c.call("permuted", [a], permuted_all, stream="PCG64")
    c.error("permuted", [x], "INDEX", stream="PCG64", axis=3)


arrays_of_parameters()
refusals()
edges()
integers()
vectors()
multivariate_normals()
orders()
streams()
c.write("random_cases.tsv")
