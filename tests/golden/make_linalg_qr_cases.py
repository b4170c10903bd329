"""Orthogonal factorisations: SciPy's qr with pivoting, qr_multiply, rq. Writes linalg_qr_cases.tsv;
run in tests/golden. What is unique up to signs is looked at through its size, or multiplied out."""
import numpy as np
import scipy.linalg as sl
from cases import Cases
from linalg_numbers import FLOATS, batch, same, single, some as numbers, tol, wide

c = Cases()
rng = np.random.default_rng(20263)


def some(shape, t="float64"):
    return numbers(rng, shape, t)


# ---- qr with exchanges of columns: sizes of r's numbers, p, and q r
for t in FLOATS:
    for shape in [(1, 1), (3, 3), (5, 3), (3, 5), (4, 1), (1, 4), (2, 4, 3), (2, 2, 3, 4)]:
        x = some(shape, t)
        for mode in ["full", "economic"]:
            def run(m):
                q, r, p = sl.qr(m, mode=mode, pivoting=True)
                return np.abs(r), p, q @ r
            c.call("qr_pivoted", [x], lambda: single(batch(run, wide(x), 3), t), tol=[tol(t, 100), "=", tol(t, 100)], economic=mode == "economic" or None)
        c.call("qr_pivoted_r", [x], lambda: single(batch(lambda m: (np.abs((r := sl.qr(m, mode="r", pivoting=True))[0]), r[1]), wide(x), 2), t), tol=[tol(t, 100), "="])
for shape in [(0, 0), (0, 2), (3, 0)]:
    x = np.zeros(shape)
    for mode in ["full", "economic"]:
        def run():
            q, r, p = sl.qr(x, mode=mode, pivoting=True)
            return np.abs(r), p.astype("int64"), q @ r
        c.call("qr_pivoted", [x], run, tol=["=", "=", "="], economic=mode == "economic" or None)
for bad in [np.nan, np.inf]:
    x = np.array([[1, bad], [2, 3]])
    c.error("qr_pivoted", [x], "ARGUMENT")
for name in ["qr_pivoted", "rq"]:
    c.error(name, [np.ones(3)], "SHAPE")
    c.error(name, [np.ones((2, 2), "float16")], "DTYPE")

# ---- qr_multiply: c q r and r's sizes, which do not hang on signs
for t in FLOATS:
    for shape in [(1, 1), (3, 3), (5, 3), (3, 5), (4, 1)]:
        m, n = shape
        k = min(m, n)
        x = some(shape, t)
        for pivoting in [False, True]:
            for sc in [(2, m), (m,), (1, m)]:
                y = some(sc, t)
                def run():
                    r = sl.qr_multiply(wide(x), wide(y), "right", pivoting)
                    return single([r[0] @ r[1], np.abs(r[1])] + list(r[2:]), t)
                c.call("qr_multiply", [x, y], run, tol=[tol(t, 200), tol(t, 100)] + ["="] * pivoting, pivoting=pivoting or None)
            for sc in [(k, 2), (k,), (k, 1)]:
                # q (r c'): a c' with columns exchanged, whatever the signs
                y = some((n,) + sc[1:], t)
                def run():
                    q, *r = sl.qr(wide(x), mode="economic", pivoting=pivoting)
                    return single([q @ (r[0] @ wide(y)), np.abs(r[0])] + r[1:], t)
                c.call("qr_multiply_left", [x, y], run, tol=[tol(t, 200), tol(t, 100)] + ["="] * pivoting, pivoting=pivoting or None)
    if t[0] == "c":
        for shape in [(4, 2), (2, 3)]:
            x = some(shape, t)
            y = some((3, shape[0]), t)
            c.call("qr_multiply", [x, y], lambda: single([(r := sl.qr_multiply(wide(x), wide(y), "right", conjugate=True))[0] @ r[1].conj(), np.abs(r[1])], t),
                   tol=[tol(t, 200), tol(t, 100)], conjugate=True)
    x, y = some((2, 1, 3, 2), t), some((3, 2, 3), t)
    def run():
        r = sl.qr_multiply(wide(x), wide(y))
        return single([r[0] @ r[1], np.abs(r[1])], t)
    c.call("qr_multiply", [x, y], run, tol=[tol(t, 200), tol(t, 100)])
c.error("qr_multiply", [np.ones((3, 2)), np.ones((2, 2))], "SHAPE")
c.error("qr_multiply", [np.ones((3, 2)), np.ones(2)], "SHAPE")
c.error("qr_multiply", [np.ones(3), np.ones(3)], "SHAPE")

# ---- rq: sizes of r, r q
for t in FLOATS:
    for shape in [(1, 1), (3, 3), (5, 3), (3, 5), (4, 1), (1, 4), (2, 3, 4), (2, 2, 4, 3)]:
        x = some(shape, t)
        for mode in ["full", "economic", "r"]:
            def run(m):
                r = sl.rq(m, mode=mode)
                return (np.abs(r),) if mode == "r" else (np.abs(r[0]), r[0] @ r[1])
            parts = 1 if mode == "r" else 2
            c.call("rq", [x], lambda: single(batch(run, wide(x), parts), t), tol=[tol(t, 100)] * parts, mode=["full", "economic", "r"].index(mode) or None)
for shape in [(0, 0), (0, 2), (3, 0)]:
    for mode in ["full", "economic"]:
        m, n = shape
        k = 0 if mode == "economic" else n
        c.call("rq", [np.zeros(shape)], [np.zeros((m, k)), np.zeros(shape)], tol=["=", "="], mode=["full", "economic"].index(mode) or None)


# ---- lstsq, by both drivers, one matrix and many; of lower rank, too
def lower_rank(shape, r, t):
    return (some(shape[:-1] + (r,), t) @ some(shape[:-2] + (r, shape[-1]), t)).astype(t)


for t in FLOATS:
    cut = 1e-4 if t in ("float32", "complex64") else 1e-10
    for shape, r in [((1, 1), 1), ((4, 4), 4), ((6, 3), 3), ((3, 6), 3), ((6, 4), 2), ((4, 6), 2), ((5, 1), 1), ((1, 5), 1)]:
        x = some(shape, t) if r == min(shape) else lower_rank(shape, r, t)
        for sb in [(shape[0],), (shape[0], 2)]:
            y = some(sb, t)
            for driver in ["gelsd", "gelsy"]:
                def run():
                    v, res, rank, s = sl.lstsq(wide(x), wide(y), cond=cut, lapack_driver=driver)
                    res = np.atleast_1d(res).real.astype("float64")
                    return single([v, same(res, t)] + [np.asarray(rank, "int64")] + ([s] if driver == "gelsd" else []), t)
                c.call("lstsq", [x, y], run, tol=[tol(t, 1000), tol(t, 1000), "=", tol(t, 100)][:4 if driver == "gelsd" else 3], rcond=cut,
                       qr=driver == "gelsy" or None)
    for sa, sb in [((2, 5, 3), (5,)), ((3, 2, 4), (2, 2)), ((2, 1, 4, 3), (3, 4, 2)), ((5, 3), (2, 5, 1))]:
        x, y = some(sa, t), some(sb, t)
        vector = len(sb) == 1
        nd = np.broadcast_shapes(sa[:-2], () if vector else sb[:-2])
        xs = np.broadcast_to(x, nd + sa[-2:])
        ys = np.broadcast_to(y, nd + (sb if vector else sb[-2:]))
        for driver in ["gelsd", "gelsy"]:
            def run():
                r = [sl.lstsq(wide(xs[i]), wide(ys[i]), cond=cut, lapack_driver=driver) for i in np.ndindex(nd)]
                parts = [np.stack([np.atleast_1d(v[k]) for v in r]) for k in range(3)] + ([np.stack([v[3] for v in r])] if driver == "gelsd" else [])
                parts[1] = parts[1].real
                parts[2] = parts[2].astype("int64").reshape(nd)
                parts = [p if k == 2 else p.reshape(nd + p.shape[1:]) for k, p in enumerate(parts)]
                return single(parts, t)
            c.call("lstsq", [x, y], run, tol=[tol(t, 1000), tol(t, 1000), "=", tol(t, 100)][:4 if driver == "gelsd" else 3], rcond=cut,
                   qr=driver == "gelsy" or None)
c.error("lstsq", [np.array([[1, np.nan]]), np.ones(1)], "ARGUMENT", qr=True)
c.error("lstsq", [np.ones((2, 2)), np.ones(3)], "SHAPE", qr=True)
c.error("lstsq", [np.ones(2), np.ones(2)], "SHAPE")
for qr in [None, True]:
    for sa, sb in [((0, 2), (0,)), ((2, 0), (2, 3)), ((2, 2), (2, 0)), ((0, 3, 2), (3, 1))]:
        nd = sa[:-2]
        k = min(sa[-2:])
        x = np.zeros(sa[-1:] if len(sb) == 1 else nd + (sa[-1], sb[-1]))
        rank = np.zeros(nd, "int64")
        if sa == (2, 2):
            a, rank = np.eye(2), np.array(2)
        else:
            a = np.zeros(sa)
        full = sa[-2] > sa[-1] and (sa[-1] == 0 or nd == (0,)) and qr is None
        cols = sb[-1] if len(sb) > 1 else 1
        c.call("lstsq", [a, np.zeros(sb)], [x, np.zeros(nd + (cols if full else 0,)), rank] + ([] if qr else [np.ones(nd + (k,))]), tol=["="] * (3 if qr else 4), qr=qr)
c.write("linalg_qr_cases.tsv")
