"""Triangular systems and factorisations: SciPy's solve_triangular, lu, ldl, qr, rq, eigh... Writes linalg_factor_cases.tsv;
run in tests/golden. Values of single precision come from double precision."""
import warnings

import numpy as np
import scipy.linalg as sl
from cases import Cases
from linalg_numbers import EXACT, FLOATS, each, same, some as numbers, tol, wide

warnings.simplefilter("ignore")
c = Cases()
rng = np.random.default_rng(20262)


def some(shape, t="float64", size=1.0):
    return numbers(rng, shape, t, size)


def well(n, t, batch=()):
    """a triangle's matrices: full, with a large diagonal"""
    return (some(batch + (n, n), t) * 0.5 + np.eye(n) * (1 + n * 0.25)).astype(t)


# ---- solve_triangular
for t in FLOATS:
    for n, k in [(1, 1), (2, 3), (3, None), (5, 1), (7, 2)]:
        for trans in [0, 1, 2]:
            lower, unit = [(False, False), (True, False), (False, True), (True, True)][(n + trans) % 4]
            a, b = well(n, t), some((n,) if k is None else (n, k), t)
            c.call("solve_triangular", [a, b], lambda: same(sl.solve_triangular(wide(a), wide(b), trans, lower, unit), t),
                   tol=tol(t, 20), trans=trans or None, lower=lower or None, unit=unit or None)
    for sa, sb in [((3, 2), (2, 3)), ((1,), (4, 3)), ((2, 3), (3, 2)), ((2,), None), ((), (2, 1))]:
        a = well(3, t, sa)
        if sb is None:
            b = some((3,), t)
        else:
            b = some((tuple(sb[:-1]) if len(sb) > 1 else ()) + (3, 2), t)
        try:
            np.broadcast_shapes(sa, b.shape[:-2])
        except ValueError:
            c.error("solve_triangular", [a, b], "SHAPE")
            continue
        c.call("solve_triangular", [a, b], lambda: same(sl.solve_triangular(wide(a), wide(b), lower=True), t), tol=tol(t, 20), lower=True)
for ta, tb in [("float32", "float64"), ("float64", "complex64"), ("int32", "float32"), ("bool", "int64"), ("complex64", "float64")]:
    a, b = well(3, ta) if ta[0] != "b" else np.triu(np.ones((3, 3), bool)), (some((3, 2)) * 4).astype(tb)
    r = np.result_type("float64" if ta[0] in "ib" else ta, "float64" if tb[0] in "ib" else tb)
    c.call("solve_triangular", [a, b], lambda: sl.solve_triangular(np.asarray(a, r), np.asarray(b, r)).astype(r), tol=tol("float32" if r == "float32" else "float64", 20))
a = np.triu(some((4, 4)))
for i in range(4):
    z = a.copy()
    z[i, i] = 0
    c.call("solve_triangular", [z, np.ones(4)], lambda: sl.solve_triangular(z, np.ones(4)), error="SINGULAR")
    c.call("solve_triangular", [z, np.ones(4)], lambda: sl.solve_triangular(z, np.ones(4), unit_diagonal=True), tol="r1e-13", unit=True)
c.error("solve_triangular", [np.ones((2, 3)), np.ones(2)], "SHAPE")
c.error("solve_triangular", [np.eye(2), np.ones(3)], "SHAPE")
c.error("solve_triangular", [np.ones(3), np.ones(3)], "SHAPE")
c.error("solve_triangular", [np.eye(2, dtype="float16"), np.ones(2, "float16")], "DTYPE")
c.error("solve_triangular", [np.eye(2), np.ones(2)], "ARGUMENT", trans=3)
c.call("solve_triangular", [np.zeros((0, 0)), np.zeros(0)], lambda: np.zeros(0))
c.call("solve_triangular", [np.zeros((0, 0)), np.zeros((0, 3))], lambda: np.zeros((0, 3)))
c.call("solve_triangular", [np.eye(3), np.zeros((3, 0))], lambda: np.zeros((3, 0)))
c.call("solve_triangular", [np.zeros((0, 2, 2)), np.zeros((2, 1))], lambda: np.zeros((0, 2, 1)))


# ---- lu
def lu_parts(x, **o):
    r = sl.lu(wide(x), **o)
    r = [same(v, x.dtype.name) for v in r]
    if not o.get("permute_l"):
        r[0] = r[0].astype("int64") if o.get("p_indices") else r[0].astype("float32" if x.dtype.name in EXACT else "float64")
    return r


for t in FLOATS:
    for shape in [(1, 1), (2, 2), (5, 5), (6, 3), (3, 6), (4, 1), (1, 4), (2, 3, 4, 3), (3, 3, 3)]:
        x = some(shape, t)
        c.call("lu", [x], lambda: lu_parts(x), tol=["=", tol(t, 50), tol(t, 50)])
        c.call("lu", [x], lambda: lu_parts(x, p_indices=True), tol=["=", tol(t, 50), tol(t, 50)], p_indices=True)
        c.call("lu_permuted", [x], lambda: lu_parts(x, permute_l=True), tol=[tol(t, 50)] * 2)
        def factor():
            r = each(lambda m: sl.lu_factor(m), wide(x), 2)
            return [same(r[0], t), r[1].astype("int64")]
        c.call("lu_factor", [x], factor, tol=[tol(t, 50), "="])
x = np.array([[1, 2], [3, 4]], "int16")
c.call("lu", [x], lambda: sl.lu(x.astype("float64")), tol=["=", "r1e-15", "r1e-15"])
c.call("lu_factor", [np.zeros((3, 3))], lambda: [np.zeros((3, 3)), np.arange(3)], tol=["=", "="])
c.call("lu", [np.zeros((3, 2))], lambda: sl.lu(np.zeros((3, 2))), tol=["=", "=", "="])
for shape in [(0, 0), (0, 3), (3, 0), (0, 2, 2)]:
    x = np.zeros(shape)
    k, m, n = min(shape[-2:]), shape[-2], shape[-1]
    nd = shape[:-2]
    c.call("lu", [x], [np.broadcast_to(np.eye(m), nd + (m, m)), np.broadcast_to(np.eye(m, k), nd + (m, k)), np.zeros(nd + (k, n))], tol=["=", "=", "="])
    c.call("lu_factor", [x], [x, np.zeros(nd + (k,), "int64")], tol=["=", "="])
for name in ["lu", "lu_factor"]:
    c.error(name, [np.ones(3)], "SHAPE")
    c.error(name, [np.ones((2, 2), "float16")], "DTYPE")

# ---- lu_solve
for t in FLOATS:
    for n, b in [(1, (1,)), (3, (3,)), (4, (4, 1)), (6, (6, 4))]:
        for trans in [0, 1, 2]:
            a, y = some((n, n), t), some(b, t)
            lu, piv = sl.lu_factor(wide(a))
            lu = lu.astype(t)
            c.call("lu_solve", [lu, piv.astype("int64"), y], lambda: same(sl.lu_solve((wide(lu), piv), wide(y), trans), t), tol=tol(t, 1000), trans=trans or None)
    for sa, sb in [((2, 3), (3, 3, 2)), ((2,), (3,)), ((1,), (4, 3, 1)), ((2, 1), (2, 3, 2)), ((), (2, 3, 2))]:
        a, y = well(3, t, sa), some(sb, t)
        lu, piv = each(lambda m: sl.lu_factor(m), wide(a), 2)
        lu, piv = lu.astype(t), piv.astype("int32")
        for trans in [0, 1]:
            c.call("lu_solve", [lu, piv, y], lambda: same(sl.lu_solve((wide(lu), piv), wide(y), trans), t), tol=tol(t, 100), trans=trans or None)
eye, order = np.eye(3), np.arange(3)
c.call("lu_solve", [eye, order, np.zeros((3, 0))], lambda: np.zeros((3, 0)))
c.call("lu_solve", [np.zeros((0, 0)), np.arange(0), np.zeros(0)], lambda: np.zeros(0))
c.error("lu_solve", [eye, np.arange(2), np.ones(3)], "SHAPE")
c.error("lu_solve", [eye, order, np.ones(2)], "SHAPE")
c.error("lu_solve", [np.ones((2, 3)), np.arange(2), np.ones(2)], "SHAPE")
c.error("lu_solve", [eye, np.ones(3), np.ones(3)], "DTYPE")
c.error("lu_solve", [eye, order, np.ones(3)], "ARGUMENT", trans=7)

# ---- cho_factor, cho_solve
for t in FLOATS:
    for shape, sb in [((1, 1), (1,)), ((3, 3), (3, 2)), ((5, 5), (5,)), ((2, 3, 3), (3, 1)), ((2, 3, 3), (4, 1, 3, 2))]:
        for lower in [False, True]:
            a = wide(some(shape, t))
            a = (a @ np.swapaxes(a.conj(), -1, -2) + np.eye(shape[-1])).astype(t)
            y = some(sb, t)
            side = np.tril if lower else np.triu
            c.call("cho_factor", [side(a)], lambda: same(side(each(lambda m: sl.cho_factor(m, lower), wide(a), 1)[0]), t), tol=tol(t, 50), lower=lower or None)
            f = each(lambda m: sl.cho_factor(m, lower), wide(a), 1)[0].astype(t)
            c.call("cho_solve", [f, y], lambda: same(sl.cho_solve((wide(f), lower), wide(y)), t), tol=tol(t, 100), lower=lower or None)
c.call("cho_factor", [np.zeros((0, 0))], np.zeros((0, 0)))
c.call("cho_solve", [np.zeros((0, 0)), np.zeros((0, 2))], np.zeros((0, 2)))
c.call("cho_factor", [-np.eye(2)], lambda: sl.cho_factor(-np.eye(2)), error="SINGULAR")
c.error("cho_factor", [np.ones((2, 3))], "SHAPE")
c.error("cho_solve", [np.ones((2, 3)), np.ones(2)], "SHAPE")
c.error("cho_solve", [np.eye(2), np.ones(3)], "SHAPE")
c.write("linalg_factor_cases.tsv")
