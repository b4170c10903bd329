"""Cases of einsum: random subscripts over letters, ellipses and dtypes, and the edges by name.

Values are small whole numbers, none of them 0, so that every order of summation gives the same bits.
"""
import os
import random

import numpy as np

from cases import Cases

SEED = 20240611
rnd = random.Random(SEED)
c = Cases()
ORDERS = ["auto", "best", "greedy", "left"]
DTYPES = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64", "complex64", "complex128"]


def values(shape, t):
    n = int(np.prod(shape))
    v = np.array([rnd.choice([1, 2, 3]) for _ in range(n)])
    if t == "bool":
        return np.array([rnd.random() < 0.5 for _ in range(n)]).reshape(shape)
    if not t.startswith("u"):
        v = v * np.array([rnd.choice([-1, 1]) for _ in range(n)])
    v = v.astype(t)
    if t.startswith("c"):
        v = v + 1j * np.array([rnd.choice([-2, -1, 1, 2]) for _ in range(n)])
    return np.asarray(v, t).reshape(shape)


def einsum(subscripts, arrays, tol="=", error=None, **options):
    c.call("einsum", arrays, lambda: np.einsum(subscripts, *arrays), tol=tol, error=error, subscripts=subscripts,
           **options)





def one(operands, letters, top, dots, dtypes):
    extents = {x: rnd.choice([1, 2, 2, 3, 3, 4]) for x in letters}
    if rnd.random() < 0.05:
        extents[letters[0]] = 0
    dims = [rnd.choice([1, 2, 3]) for _ in range(2)]
    terms, arrays = [], []
    for i in range(operands):
        t = [rnd.choice(letters) for _ in range(rnd.randint(0 if operands > 1 else 1, top))]
        shape = [1 if rnd.random() < 0.07 and t.count(x) == 1 else extents[x] for x in t]
        if dots and rnd.random() < 0.8:
            at = rnd.randint(0, len(t))
            k = rnd.randint(0, 2)
            extra = [1 if rnd.random() < 0.15 else d for d in dims[2 - k:]]
            shape[at:at] = extra
            t[at:at] = ["..."]
        if int(np.prod(shape)) > 60:
            return False
        terms.append("".join(t))
        arrays.append(values(shape, dtypes[i % len(dtypes)]))
    text = ",".join(terms)
    if rnd.random() < 0.75:
        used = sorted({x for t in terms for x in t if x != "."})
        rnd.shuffle(used)
        out = used[:rnd.randint(0, min(len(used), 4))]
        if "." in text:
            out.insert(rnd.randint(0, len(out)), "...")
        text += "->" + "".join(out)
    try:
        a, b = np.einsum(text, *arrays), np.einsum(text, *arrays, optimize=True)
    except ValueError:
        return False
    if a.size > 60 or (operands > 3 and max(len(t) for t in terms) > 4):
        return False
    if "float16" in dtypes and (not np.isfinite(a).all() or np.abs(a.astype("f4")).max(initial=0) > 500):
        return False
    if operands > 1 and a.dtype.kind in "fc" and a.size and (np.min(np.abs(a.real)) == 0 or a.dtype.kind == "c" and
                                                             np.min(np.abs(a.imag)) == 0):
        return False  # a zero's sign depends on the order
    assert len(dtypes) > 1 or np.array_equal(a, b), text
    if rnd.random() < 0.1:
        text = " " + text.replace(",", " , ").replace("->", " -> ")
    einsum(text, arrays, order=rnd.choice(ORDERS))
    return True


def many(n, *a):
    while n:
        n -= one(*a)


for t in DTYPES:
    many(6, 1, "ijk", 4, False, [t])
    many(4, 1, "ij", 3, True, [t])
    many(10, 2, "ijkl", 3, False, [t])
    many(6, 2, "ijk", 2, True, [t])
many(60, 3, "ijklm", 3, False, ["float64"])
many(20, 3, "ijkl", 2, True, ["complex128"])
many(40, 4, "abcdef", 2, False, ["float64"])
many(20, 4, "abcd", 2, True, ["int64"])
many(30, 5, "abcdefg", 2, False, ["float64"])
many(8, 9, "abcdefgh", 2, False, ["float32"])
many(5, 11, "pqrstuvw", 1, False, ["int32"])
for pair in [("int8", "int32"), ("uint8", "int8"), ("float32", "int64"), ("float16", "int8"), ("bool", "uint8"),
             ("complex64", "float64"), ("uint64", "int64"), ("bool", "float16"), ("float32", "complex64")]:
    many(4, 2, "ijk", 2, False, pair)
    many(2, 3, "ijk", 2, False, pair)

# ---- by name
m34, m45, m33, v3, v4 = (values(s, "float64") for s in [(3, 4), (4, 5), (3, 3), (3,), (4,)])
b1, b2 = values((2, 3, 4), "float64"), values((2, 4, 3), "float64")
for s, arrays in [
        ("ij,jk->ik", [m34, m45]), ("ij,jk->ki", [m34, m45]), ("ij,jk", [m34, m45]), ("ii", [m33]), ("ii->i", [m33]),
        ("ij->ji", [m34]), ("ij->", [m34]), ("ij->j", [m34]), ("ij->i", [m34]), ("i,i", [v3, v3]), ("i,j", [v3, v4]),
        ("i,j->ji", [v3, v4]), ("i,i->i", [v3, v3]), ("ij,j", [m34, v4]), ("i,ij", [v3, m34]), ("ij,ij", [m34, m34]),
        ("ij,ij->i", [m34, m34]), ("ij,ij->j", [m34, m34]), ("bij,bjk->bik", [b1, b2]), ("bij,bjk->ikb", [b1, b2]),
        ("bij,bjk", [b1, b2]), ("...ij,...jk->...ik", [b1, b2]), ("...ij,jk->...ik", [b1, m45]),
        ("...ii->...i", [values((2, 3, 3), "int64")]), ("...ii", [values((2, 3, 3), "int64")]),
        ("iji->j", [values((3, 2, 3), "int32")]), ("iii", [values((3, 3, 3), "int32")]),
        ("iiii->i", [values((2, 2, 2, 2), "int32")]), ("iijj->ij", [values((2, 2, 3, 3), "int32")]),
        ("ijij->ij", [values((2, 3, 2, 3), "int32")]), ("ijji", [values((2, 3, 3, 2), "int32")]),
        ("ii,ii->i", [m33, m33]), ("ii,jj", [m33, m33]), ("ii,jj->ij", [m33, m33]), ("ij,ji", [m34, m34.T]),
        ("ab,bc,cd->ad", [m34, m45, values((5, 2), "float64")]), ("a,b,c->abc", [v3, values((2,), "float64"), v4]),
        ("a,a,a", [v3, v3, v3]), ("ab,b,a", [m34, v4, v3]), ("i,i,j->j", [v3, v3, v4]), ("i,j,k->", [v3, v3, v3]),
        ("BaA", [b1]), ("aBA,Ab", [b1, m45]), ("zZ->Zz", [m34]),
        ("", [np.float64(3)]), ("->", [np.int8(3)]), (",", [np.float64(3), np.float32(2)]), (",ij", [np.int64(3), m34]),
        ("ij,->j", [m34, np.float64(-2)]), ("...", [m34]), ("...->...", [b1]), ("i...->...i", [b1]),
        ("...,...->...", [values((2, 1), "float64"), v3]), ("...,...", [m34, v4]), ("i...->...", [b1]),
        ("...i,...i->...", [b1, b1]), ("i...,i...", [m34, m34]), ("...i,j->...ij", [values((2, 3), "float64"), v4]),
        ("i...j,j->i...", [b1, v4]), ("i...->", [v3]), ("...->", [np.float64(2)]),
        ("ij,jk->ik", [values((3, 1), "float64"), m45]), ("i,i", [v3, values((1,), "float64")]),
        ("i,i->i", [values((1,), "float64"), v3]), ("ij,i->ij", [values((1, 4), "float64"), v3]),
        ("ij,ij->ij", [values((1, 4), "int64"), values((3, 1), "int64")]), ("i,i,i->i", [v3, values((1,), "int8"), v3]),
        ("i->", [np.zeros(0)]), ("i,i", [np.zeros(0), np.zeros(0)]), ("i,i", [np.zeros(0), np.zeros(1)]),
        ("ij,jk->ik", [np.zeros((2, 0)), np.zeros((0, 3))]), ("ij,jk->ik", [np.zeros((0, 2)), np.ones((2, 3))]),
        ("ij->j", [np.zeros((0, 3), "int8")]), ("i,j->ij", [np.zeros(0, "int32"), np.ones(3, "int32")]),
        ("i,i", [np.zeros(0, bool), np.zeros(0, bool)]), ("ij->i", [np.zeros((2, 0), bool)]),
        ("i->", [np.full(300, 1, "int8")[:50] * 7]), ("i,i", [np.full(9, 100, "int8"), np.full(9, 100, "int8")]),
        ("i,i", [np.full(3, 2**63, "uint64"), np.full(3, 3, "uint64")]),
        ("ij,jk->ik", [values((3, 4), "bool"), values((4, 2), "bool")]), ("i,i", [np.ones(3, bool), np.ones(3, bool)]),
        ("ij->i", [values((3, 4), "bool")]), ("i,j->ij", [values((3,), "bool"), values((4,), "bool")]),
        ("abcdefgh->hgfedcba", [values((1, 2, 1, 2, 1, 2, 1, 2), "float32")]),
        ("ea,fb,abcd,gc,hd->efgh", [values(s, "float64") for s in [(2, 2), (2, 2), (2, 2, 2, 2), (2, 2), (2, 2)]])]:
    for order in (ORDERS if len(arrays) > 2 else [None]):
        einsum(s, arrays, order=order)

# ---- numbers that are not whole (sums of 20 products), and those that are none (a product of 0 is +0 in NumPy, which adds
# it to 0, and keeps its sign here)
f = np.linspace(-1, 1, 60)
for t, tol in [("float16", "r0.002"), ("float32", "r2e-6"), ("float64", "r4e-15"), ("complex128", "r4e-15")]:
    a, b = f[:12].reshape(3, 4).astype(t), f[20:40].reshape(4, 5).astype(t)
    if t == "complex128":
        a = a + 1j * a[::-1]
    for s, arrays in [("ij,jk->ik", [a, b]), ("ij->j", [a]), ("ij,ij->", [a, a]), ("ij,ij->i", [a, a]),
                      ("ij,ij->j", [a, a]), ("ij,jk,lk->il", [a, b, b])]:
        einsum(s, arrays, tol=tol)
special = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1e308])
for s, arrays in [("i->i", [special]), ("i,j->ij", [special[:3], np.array([2.0, -1.0])]), ("i,i->i", [special, special]),
                  ("i->", [special[:2]]), ("i,i->", [special[3:], np.array([1.0, 2.0, 1.0])])]:
    einsum(s, arrays)

# ---- dtype
for a, b, t in [(m34, m45, "complex128"), (m34.astype("f4"), m45.astype("f4"), "float64"),
                (m34.astype("i1") * 30, m45.astype("i1"), "int64"), (m34.astype("i1"), m45.astype("i1"), "float16"),
                (m34 > 0, m45 > 0, "int32")]:
    c.call("einsum", [a, b], lambda: np.einsum("ij,jk->ki", a, b, dtype=t), subscripts="ij,jk->ki", dtype=t)
c.call("einsum", [m34, m45], lambda: np.einsum("ij,jk", m34, m45, dtype="f4"), subscripts="ij,jk", dtype="float32",
       error="DTYPE")

# ---- errors
for s, arrays, status in [
        ("...i->i", [m34], "SHAPE"), ("ii", [values((1, 3), "float64")], "SHAPE"), ("ii->i", [m34], "SHAPE"),
        ("i->ii", [v3], "PARSE"), ("i->j", [v3], "PARSE"), ("i.j", [m33], "PARSE"), ("i..", [v3], "PARSE"),
        ("......", [v3], "PARSE"), ("i,j", [v3], "ARGUMENT"), ("i", [v3, v3], "ARGUMENT"), ("ij", [v3], "SHAPE"),
        ("i", [m33], "SHAPE"), ("i->i->i", [v3], "PARSE"), ("i-", [v3], "PARSE"), ("i - > i", [v3], "PARSE"),
        ("i1", [m33], "PARSE"), ("ij,jk->ik", [m34, m34], "SHAPE"), ("...->", [v3], "SHAPE"), ("i,i", [v3, v4], "SHAPE"),
        ("i,->i", [v3, v3], "SHAPE"), ("i->i,j", [v3], "PARSE"), ("i>i", [v3], "PARSE"), ("i->...i...", [v3], "PARSE"),
        ("...,...", [v3, v4], "SHAPE"), ("i,i,i", [v3, v3, v4], "SHAPE"), ("ij,jk,kl->il", [m34, m45, m34], "SHAPE"),
        ("...i,...i", [b1, values((3, 3, 4), "float64")], "SHAPE"), ("->", [v3], "SHAPE"), ("", [m34], "SHAPE"),
        (",", [v3, v3], "SHAPE"), ("\xe9".encode("ascii", "replace").decode(), [v3], "PARSE")]:
    einsum(s, arrays, error=status)
c.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "einsum_cases.tsv"))
