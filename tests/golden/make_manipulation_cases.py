#!/usr/bin/env python3
"""Write manipulation_cases.tsv: shapes, joining, padding, inserting, repeating, bits (versions in tests/golden/VERSIONS).

Run: python make_manipulation_cases.py   (in tests/golden)
"""
import numpy as np

from cases import Cases, weak

rng = np.random.default_rng(5)
nan, inf = np.nan, np.inf
DTYPES = "bool int8 uint8 int32 int64 uint64 float16 float32 float64 complex64 complex128".split()
SPECIAL = [nan, inf, -inf, -0.0, 0.0, 5e-324, 1.5, -2.25]


def make(dtype, shape):
    n = int(np.prod(shape))
    if dtype == "bool":
        return rng.integers(0, 2, n).astype(bool).reshape(shape)
    t = np.dtype(dtype)
    if t.kind in "iu":
        x = rng.integers(0 if t.kind == "u" else -50, 50, n).astype(t)
        for i, v in enumerate([np.iinfo(t).max, np.iinfo(t).min][:n]):
            x[i * 3 % n] = v
        return x.reshape(shape)
    x = np.round(rng.normal(size=n) * 4, 2)
    if t.kind == "c":
        x = x + 1j * np.round(rng.normal(size=n), 2)
    return x.astype(t).reshape(shape)


def f(*values):
    return np.array(values, "f8")


def i(*values):
    return np.array(values, "i8")


def axes(c):
    shapes = [(), (3,), (0,), (2, 3), (2, 0), (2, 3, 2), (1, 2, 1, 3)]
    for shape in shapes:
        for dtype in ("float64", "int8", "bool", "complex64"):
            a = make(dtype, shape)
            for n in (1, 2, 3):
                c.call(f"atleast_{n}d", [a], (np.atleast_1d, np.atleast_2d, np.atleast_3d)[n - 1](a))
    for dtype in DTYPES:
        a = make(dtype, (2, 3, 2))
        c.call("flip", [a], np.flip(a))
        c.call("flip", [a], np.flip(a, (0, -1)), axes=(0, -1))
        c.call("fliplr", [a], np.fliplr(a))
        c.call("flipud", [a], np.flipud(a))
        for k in (-5, 0, 1, 2, 3, 4, 7):
            c.call("rot90", [a], np.rot90(a, k, (2, 0)), k=k, x=2, y=0)
        c.call("roll", [a], np.roll(a, 5), shifts=[5])
        c.call("roll", [a], np.roll(a, (1, -1), (0, 1)), shifts=[1, -1], axes=[0, 1])
    for shape in ((), (4,), (0,), (1, 1), (3, 2), (2, 0, 3), (2, 3, 2, 2)):
        a = make("float32", shape)
        c.call("flip", [a], np.flip(a))
        for shift in (0, 1, -1, 7, -100, 2**62):
            c.call("roll", [a], lambda: np.roll(a, shift), shifts=[shift])
        if len(shape) >= 1:
            c.call("flipud", [a], np.flipud(a))
            c.call("roll", [a], np.roll(a, 3, 0), shifts=[3], axes=[0])
            c.call("roll", [a], np.roll(a, (3, -1, 4), (0, -1, 0)), shifts=[3, -1, 4], axes=[0, -1, 0])
        else:
            c.call("flipud", [a], lambda: np.flipud(a), error="SHAPE")
            c.call("roll", [a], lambda: np.roll(a, 1, 0), shifts=[1], axes=[0], error="INDEX")
        if len(shape) >= 2:
            c.call("fliplr", [a], np.fliplr(a))
            for k in range(-1, 4):
                c.call("rot90", [a], np.rot90(a, k), k=k)
            for x, y in ((0, -1), (-1, -2)):
                c.call("rot90", [a], np.rot90(a, 1, (x, y)), k=1, x=x, y=y)
        else:
            c.call("fliplr", [a], lambda: np.fliplr(a), error="SHAPE")
            c.error("rot90", [a], "INDEX", k=1)
    a = make("int32", (2, 3, 4))
    c.call("rot90", [a], lambda: np.rot90(a, 1, (1, -2)), k=1, x=1, y=-2, error="ARGUMENT")
    c.call("rot90", [a], lambda: np.rot90(a, 1, (0, 3)), k=1, x=0, y=3, error="INDEX")
    c.call("flip", [a], lambda: np.flip(a, (0, 0)), axes=(0, 0), error="ARGUMENT")
    c.call("flip", [a], lambda: np.flip(a, 3), axes=[3], error="INDEX")
    c.call("flip", [a], np.flip(a, ()), axes=[])
    for k in range(-3, 3):
        for start in range(-3, 4):
            c.call("rollaxis", [a], np.rollaxis(a, k, start), k=k, start=start)
    c.call("rollaxis", [a], lambda: np.rollaxis(a, 3, 0), k=3, start=0, error="INDEX")
    c.call("rollaxis", [a], lambda: np.rollaxis(a, 0, 4), k=0, start=4, error="INDEX")
    c.call("rollaxis", [a], lambda: np.rollaxis(a, 0, -4), k=0, start=-4, error="INDEX")
    b = make("float32", (2, 1, 3, 1))
    for src, dst in (([0], [-1]), ([0, 1], [2, 3]), ([3, 0, 2], [0, 1, 2]), ([-1, 0], [0, -1]), ([], []), ([0, 1, 2, 3], [3, 2, 1, 0])):
        c.call("moveaxes", [b], np.moveaxis(b, src, dst), source=src, destination=dst)
    c.call("moveaxes", [b], lambda: np.moveaxis(b, [0, 0], [1, 2]), source=[0, 0], destination=[1, 2], error="ARGUMENT")
    c.call("moveaxes", [b], lambda: np.moveaxis(b, [0, 1], [2, -2]), source=[0, 1], destination=[2, -2], error="ARGUMENT")
    c.call("moveaxes", [b], lambda: np.moveaxis(b, [0, 4], [1, 2]), source=[0, 4], destination=[1, 2], error="INDEX")
    for ax in ([0], [-1], [0, 1], [0, -1, 2], [5, 1], []):
        c.call("expand_dims", [b], np.expand_dims(b, tuple(ax)), axes=ax)
    c.call("expand_dims", [b], lambda: np.expand_dims(b, (0, 0)), axes=[0, 0], error="ARGUMENT")
    c.call("expand_dims", [b], lambda: np.expand_dims(b, (0, 7)), axes=[0, 7], error="INDEX")
    for ax in ([1], [3, 1], [-1, -3], []):
        c.call("squeeze", [b], np.squeeze(b, tuple(ax)), axes=ax)
    c.call("squeeze", [b], lambda: np.squeeze(b, (0, 1)), axes=[0, 1], error="SHAPE")
    c.call("squeeze", [b], lambda: np.squeeze(b, (1, 1)), axes=[1, 1], error="ARGUMENT")
    c.call("squeeze", [b], lambda: np.squeeze(b, 4), axes=[4], error="INDEX")


def views(c):
    """numpy.ndarray.view with elements of another size."""
    for src in ("bool", "uint8", "int16", "int32", "float32", "float64", "complex64", "complex128"):
        for dst in ("uint8", "int16", "float16", "uint32", "int64", "complex128"):
            a = make(src, (3, 16))
            a = np.ascontiguousarray(a)
            if np.dtype(dst).kind in "fc" and np.dtype(src) != np.dtype(dst):
                a = np.zeros_like(a)    # bits that are numbers in both
            c.call("view_as", [a], a.view(dst), dtype=dst)
    a = make("uint8", (2, 6))
    c.call("view_as", [a], lambda: a.view("u4"), dtype="uint32", error="SHAPE")
    c.call("view_as", [np.float64(1)], lambda: np.array(1.0).view("u4"), dtype="uint32", error="DTYPE")
    c.call("view_as", [np.zeros((0, 4), "u1")], np.zeros((0, 4), "u1").view("u4"), dtype="uint32")


def splits(c):
    for shape, axis in (((7,), 0), ((0,), 0), ((6, 2), 0), ((2, 5), 1), ((2, 3, 4), -1)):
        a = make("float32", shape)
        for n in (1, 2, 3, 4, 6):
            c.call("array_split", [a], np.array_split(a, n, axis), n=n, axis=axis)
        for at in ([], [2], [1, 3], [3, 1], [-2], [0, 100], [-100, 2, 2]):
            c.call("split_at", [a], np.split(a, at, axis), at=at, axis=axis)
    for dtype in DTYPES:
        a = make(dtype, (4, 2, 2))
        c.call("vsplit", [a], np.vsplit(a, 2), n=2)
        c.call("hsplit", [a], np.hsplit(a, 2), n=2)
        c.call("dsplit", [a], np.dsplit(a, 1), n=1)
        c.call("unstack", [a], np.unstack(a, axis=0), axis=0)
        c.call("unstack", [a], np.unstack(a, axis=-1), axis=-1)
    v = make("int32", (6,))
    c.call("hsplit", [v], np.hsplit(v, 3), n=3)
    c.call("hsplit", [v], lambda: np.hsplit(v, 4), n=4, error="SHAPE")
    c.call("vsplit", [v], lambda: np.vsplit(v, 2), n=2, error="SHAPE")
    c.call("dsplit", [make("int8", (2, 2))], lambda: np.dsplit(np.zeros((2, 2)), 2), n=2, error="SHAPE")
    c.call("hsplit", [np.array(3.0)], lambda: np.hsplit(np.array(3.0), 1), n=1, error="SHAPE")
    c.call("unstack", [np.array(3.0)], lambda: np.unstack(np.array(3.0)), axis=0, error="SHAPE")
    c.call("unstack", [v], lambda: np.unstack(v, axis=1), axis=1, error="INDEX")
    c.call("array_split", [v], lambda: np.array_split(v, 0), n=0, axis=0, error="ARGUMENT")
    c.error("array_split", [v], "INDEX", n=2, axis=1)
    c.error("split_at", [v], "INDEX", at=[1], axis=-2)


def joins(c):
    for k, dtype in enumerate(DTYPES):
        other = DTYPES[(k * 3 + 4) % len(DTYPES)]
        a, b = make(dtype, (2, 3)), make(other, (1, 3))
        c.call("append", [a, b], np.append(a, b, 0), axis=0)
        c.call("append", [a, b], np.append(a, b))
        c.call("append", [a.T, b], np.append(a.T, b))
        c.call("concatenate", [a, b, a], np.concatenate([a, b, a], axis=0), axis=0)
        c.call("concatenate", [a, b], np.concatenate([a, b], axis=None))
        c.call("column_stack", [a, a[:, 0]], np.column_stack([a, a[:, 0]]))
        c.call("dstack", [a, a * a], np.dstack([a, a * a]))
        c.call("block", [a, a[:, :1], b, b[:, :1]], np.block([[a, a[:, :1]], [b, b[:, :1]]]), nest="[[?, ?], [?, ?]]")
        for t in ("float32", "complex128", "int64"):
            ok = np.can_cast(a.dtype, t, "same_kind")
            c.call("concatenate", [a, a], lambda: np.concatenate([a, a], dtype=t), axis=0, dtype=t, error=None if ok else "DTYPE")
            if not (np.dtype(t).kind == "i" and a.dtype.kind == "c"):
                c.call("concatenate", [a % 100 if a.dtype.kind in "iu" else a, a], np.concatenate([a % 100 if a.dtype.kind in "iu" else a, a], dtype=t, casting="unsafe"), axis=0, dtype=t, casting=3)
    mixed = [make(t, (2,)) for t in ("int16", "uint16", "float32")]
    c.call("concatenate", mixed, np.concatenate(mixed), axis=0)
    mixed = [make(t, (2,)) for t in ("int8", "uint8", "float16")]
    c.call("concatenate", mixed, np.concatenate(mixed), axis=0)
    mixed = [make(t, (2,)) for t in ("uint64", "int64")]
    c.call("concatenate", mixed, np.concatenate(mixed), axis=0)
    mixed = [make(t, (2,)) for t in ("int32", "complex64", "float16")]
    c.call("concatenate", mixed, np.concatenate(mixed), axis=0)
    a, b = f(1, 2), np.array([3, 4], "i4")
    for casting, ok in ((0, False), (1, False), (2, True), (3, True)):
        name = ["equiv", "safe", "same_kind", "unsafe"][casting]
        c.call("concatenate", [a, a], lambda: np.concatenate([a, a], dtype="f4", casting=name), axis=0, dtype="float32", casting=casting,
               error=None if ok else "DTYPE")
        c.call("concatenate", [b, b], lambda: np.concatenate([b, b], dtype="f8", casting=name), axis=0, dtype="float64", casting=casting,
               error=None if casting > 0 else "DTYPE")
    c.call("concatenate", [a, a], lambda: np.concatenate([a, a], dtype="i4"), axis=0, dtype="int32", error="DTYPE")
    c.error("concatenate", [a, a], "ARGUMENT", axis=0, casting=7)
    c.call("concatenate_into", [f(0, 0, 0, 0), a, b], np.concatenate([a, b]), axis=0)
    c.call("concatenate_into", [np.zeros(4, "f4"), a, b], np.concatenate([a, b]).astype("f4"), axis=0)
    c.call("concatenate_into", [np.zeros(4, "i4"), a, b], lambda: np.concatenate([a, b], out=np.zeros(4, "i4")), axis=0, error="DTYPE")
    c.call("concatenate_into", [np.zeros(5), a, b], lambda: np.concatenate([a, b], out=np.zeros(5)), axis=0, error="SHAPE")
    c.call("append", [a, weak(3)], np.append(a, 3))
    c.call("append", [weak(2.5), weak(3)], np.append(2.5, 3))
    c.call("append", [np.float32([1]), weak(2.0)], np.append(np.float32([1]), 2.0))
    c.call("append", [np.zeros((0,)), f()], np.append(np.zeros((0,)), f()))
    c.call("append", [np.float64(1), i(4)], np.append(np.float64(1), i(4)))
    m = make("float64", (2, 3))
    c.call("append", [m, m], np.append(m, m, -1), axis=-1)
    c.call("append", [m, a], lambda: np.append(m, a, 0), axis=0, error="SHAPE")
    c.call("append", [m, m[:, :2]], lambda: np.append(m, m[:, :2], 0), axis=0, error="SHAPE")
    c.call("append", [m, m], lambda: np.append(m, m, 2), axis=2, error="INDEX")
    c.call("append", [np.float64(1), np.float64(2)], lambda: np.append(np.array(1.0), np.array(2.0), 0), axis=0, error="INDEX")
    three = make("int8", (2, 2, 2))
    for parts in ([a, a], [np.float64(2), np.float64(3)], [m, a], [three, three], [np.zeros((0, 2)), np.ones((0, 1))], [a]):
        c.call("column_stack", parts, np.column_stack(parts))
    for parts in ([a, a], [np.float64(2), np.float64(3)], [m, m], [three, three[:, :, :1]], [m], [np.zeros((0, 2)), np.ones((0, 2))]):
        c.call("dstack", parts, np.dstack(parts))
    c.call("column_stack", [a, f(1, 2, 3)], lambda: np.column_stack([a, f(1, 2, 3)]), error="SHAPE")
    c.call("dstack", [a, f(1, 2, 3)], lambda: np.dstack([a, f(1, 2, 3)]), error="SHAPE")


def blocks(c):
    A, B = np.eye(2), np.full((2, 3), 2, "i4")
    C, D = np.full((3, 2), 3, "f4"), np.eye(3)
    v, z = f(1, 2), np.zeros((2, 0))
    cube = make("float64", (2, 2, 2))
    one = np.float64(7)

    def call(nest, parts, value):
        c.call("block", parts, value, nest=nest)

    call("[[?, ?], [?, ?]]", [A, B, C, D], np.block([[A, B], [C, D]]))
    call("[[?,?],[?]]", [A, B, np.ones((1, 5))], np.block([[A, B], [np.ones((1, 5))]]))
    call("[?, ?]", [v, f(3)], np.block([v, f(3)]))
    call("[?, ?]", [A, B], np.block([A, B]))
    call("?", [A], np.block(A))
    call(" ? ", [one], np.block(one))
    call("[?]", [one], np.block([one]))
    call("[?, ?, ?]", [weak(1), weak(2.5), v], np.block([1, 2.5, v]))
    call("[?, ?]", [weak(1), weak(2)], np.block([1, 2]))
    call("[[?], [?]]", [v, v], np.block([[v], [v]]))
    call("[[?, ?], [?, ?]]", [v, v, v, v], np.block([[v, v], [v, v]]))
    call("[[[?, ?], [?, ?]], [[?, ?], [?, ?]]]", [cube] * 8, np.block([[[cube, cube], [cube, cube]]] * 2))
    call("[?, ?]", [cube, cube], np.block([cube, cube]))
    call("[[?], [?]]", [cube, cube], np.block([[cube], [cube]]))
    call("[[[?]], [[?]]]", [cube, cube], np.block([[[cube]], [[cube]]]))
    call("[[?, ?]]", [z, A], np.block([[z, A]]))
    call("[[[[?]]]]", [v], np.block([[[[v]]]]))
    call("[[?, ?, ?], [?]]", [A, A, A, np.ones((1, 6), "c8")], np.block([[A, A, A], [np.ones((1, 6), "c8")]]))
    for nest, parts, status in (("[[?, ?], [?]]", [A, B, C], "SHAPE"), ("[?, ?]", [A, D], "SHAPE"), ("[[?], ?]", [A, A], "PARSE"),
                                ("[?, [?]]", [A, A], "PARSE"), ("[]", [A], "PARSE"), ("[[?], []]", [A], "PARSE"), ("[?, ?", [A, A], "PARSE"),
                                ("[?, ?]]", [A, A], "PARSE"), ("[? ?]", [A, A], "PARSE"), ("", [A], "PARSE"), ("[?,]", [A], "PARSE"),
                                ("[a]", [A], "PARSE"), ("?, ?", [A, A], "PARSE"), ("[?, ?]", [A], "ARGUMENT"), ("[?]", [A, A], "ARGUMENT")):
        c.error("block", parts, status, nest=nest)


def inserts(c):
    for dtype in DTYPES:
        a, m = make(dtype, (5,)), make(dtype, (3, 4))
        v = make(dtype, (2,))
        for at in (0, 2, 5, -1, -5):
            c.call("insert", [a, weak(at), v], np.insert(a, at, v), axis=0)
        c.call("insert", [a, i(1, 3), v], np.insert(a, [1, 3], v))
        c.call("insert", [m, weak(1), m[0]], np.insert(m, 1, m[0], axis=0), axis=0)
        c.call("insert", [m, weak(-1), m[:, 0]], np.insert(m, -1, m[:, 0], axis=1), axis=1)
        x = make(dtype, (3, 1))
        c.call("insert", [m, i(3, 0), x], np.insert(m, [3, 0], x, axis=1), axis=1)
        for at in (0, 3, -2):
            c.call("delete", [a, weak(at)], np.delete(a, at), axis=0)
            c.call("delete", [m, weak(at)], np.delete(m, at, axis=1), axis=1)
        c.call("delete", [m, i(0, 2, 0)], np.delete(m, [0, 2, 0], axis=0), axis=0)
        keep = np.array([True, False, False, True])
        c.call("delete", [m, keep], np.delete(m, keep, axis=1), axis=1)
    a, m, cube = f(*SPECIAL), make("float64", (3, 4)), make("int32", (2, 3, 2))
    for at in (i(0), i(8), i(-8), i(3, 3, 3), i(8, 0), i(-1, -8, 4), i(7, 6, 5, 4, 3, 2, 1, 0), np.array([1, 5], "i8"), np.array([2], "i2")):
        c.call("insert", [a, at, f(9)], np.insert(a, at, f(9)))
        vals = np.arange(float(max(len(at), 1)))
        if len(at):
            c.call("insert", [a, at, vals], np.insert(a, at, vals))
    c.call("insert", [a, i(2), f(1, 2, 3)], np.insert(a, [2], f(1, 2, 3)))
    c.call("insert", [a, np.array(2), f(1, 2, 3)], np.insert(a, np.array(2), f(1, 2, 3)))
    c.call("insert", [m, weak(2), weak(7)], np.insert(m, 2, 7, axis=1), axis=1)
    c.call("insert", [m, weak(2), weak(7)], np.insert(m, 2, 7))
    c.call("insert", [m.T, i(1, 1, 4), f(7, 8, 9)], np.insert(m.T, [1, 1, 4], f(7, 8, 9)))
    c.call("insert", [m, weak(1), f(1, 2, 3)], np.insert(m, 1, f(1, 2, 3), axis=1), axis=1)
    c.call("insert", [m, i(1), f(1, 2, 3).reshape(3, 1)], np.insert(m, [1], [[1], [2], [3]], axis=1), axis=1)
    c.call("insert", [m, i(1), f(1, 2, 3)], np.insert(m, [1], [1, 2, 3], axis=1), axis=1)
    c.call("insert", [m, weak(1), np.ones((2, 4))], np.insert(m, 1, np.ones((2, 4)), axis=0), axis=0)
    for axis in (0, 1, 2, -1, -2):
        n = cube.shape[axis]
        c.call("insert", [cube, i(0, n, 1), weak(5)], np.insert(cube, [0, n, 1], 5, axis=axis), axis=axis)
        c.call("insert", [cube, weak(1), weak(5)], np.insert(cube, 1, 5, axis=axis), axis=axis)
    row = make("int32", (3, 2))
    c.call("insert", [cube, i(0, 2), row], np.insert(cube, [0, 2], row, axis=0), axis=0)
    c.call("insert", [cube, weak(0), row], np.insert(cube, 0, row, axis=0), axis=0)
    mask = np.array([True, False, True, False, False, False, False, True])
    c.call("insert", [a, mask, f(1, 2, 3)], np.insert(a, mask, f(1, 2, 3)))
    c.call("insert", [a, mask, weak(1.5)], np.insert(a, mask, 1.5))
    c.call("insert", [a, np.array([False, True]), weak(1.5)], np.insert(a, np.array([False, True]), 1.5))
    c.call("insert", [a, np.zeros(8, bool), weak(1.5)], np.insert(a, np.zeros(8, bool), 1.5))
    c.call("insert", [np.array([1, 2, 3]), weak(1), weak(2.7)], np.insert(np.array([1, 2, 3]), 1, 2.7))
    c.call("insert", [np.array([1, 2, 3]), i(1, 1), f(2.7, -3.2)], np.insert(np.array([1, 2, 3]), [1, 1], f(2.7, -3.2)))
    c.call("insert", [f(), weak(0), f(1, 2)], np.insert(f(), 0, f(1, 2)))
    c.call("insert", [f(), i(0, 0), f(1, 2)], np.insert(f(), [0, 0], f(1, 2)))
    c.call("insert", [np.float64(3), weak(1), weak(2.0)], np.insert(np.float64(3), 1, 2.0))
    c.call("insert", [np.zeros((2, 0)), i(0, 0), f(1, 2).reshape(2, 1)], np.insert(np.zeros((2, 0)), [0, 0], f(1, 2).reshape(2, 1), axis=1), axis=1)
    for sl in ((0, 8, 1), (1, 7, 3), (6, 0, -2), (3, 3, 1), (-3, 100, 1), (2, 3, 1), (100, -100, -1)):
        s = slice(*sl)
        c.call("insert_slice", [a, weak(4.5)], np.insert(a, s, 4.5), start=sl[0], stop=sl[1], step=sl[2])
        c.call("insert_slice", [m, weak(4.5)], np.insert(m, s, 4.5, axis=1), start=sl[0], stop=sl[1], step=sl[2], axis=1)
        c.call("delete_slice", [a], np.delete(a, s), start=sl[0], stop=sl[1], step=sl[2])
        c.call("delete_slice", [m], np.delete(m, s, axis=0), start=sl[0], stop=sl[1], step=sl[2], axis=0)
        c.call("delete_slice", [cube], np.delete(cube, s, axis=1), start=sl[0], stop=sl[1], step=sl[2], axis=1)
        c.call("delete_slice", [m], np.delete(m, s), start=sl[0], stop=sl[1], step=sl[2])
    c.error("insert_slice", [a, weak(1)], "INDEX", start=0, stop=2, step=0)
    c.error("delete_slice", [a], "INDEX", start=0, stop=2, step=0)
    c.call("insert", [a, weak(9), weak(1)], lambda: np.insert(a, 9, 1), error="INDEX")
    c.call("insert", [a, weak(-9), weak(1)], lambda: np.insert(a, -9, 1), error="INDEX")
    c.call("insert", [a, i(1, 9), weak(1)], lambda: np.insert(a, [1, 9], 1), error="INDEX")
    c.error("insert", [a, i(1, -9), weak(1)], "INDEX")
    c.call("insert", [a, i(1, 2), f(1, 2, 3)], lambda: np.insert(a, [1, 2], f(1, 2, 3)), error="SHAPE")
    c.call("insert", [m, weak(1), f(1, 2)], lambda: np.insert(m, 1, f(1, 2), axis=0), axis=0, error="SHAPE")
    c.call("insert", [m, weak(1), weak(1)], lambda: np.insert(m, 1, 1, axis=2), axis=2, error="INDEX")
    c.call("insert", [a, i(1, 2).reshape(1, 2), weak(1)], lambda: np.insert(a, i(1, 2).reshape(1, 2), 1), error="SHAPE")
    c.call("insert", [a, np.array(True), weak(1)], lambda: np.insert(a, np.array(True), 1), error="SHAPE")
    c.call("insert", [a, f(1, 2), weak(1)], lambda: np.insert(a, f(1, 2), 1), error="DTYPE")
    c.error("insert", [a, weak(1.0), weak(1)], "DTYPE")
    for at in (i(0), i(-8, 7), i(3, 3, -5), i(), np.array([[0, 2], [4, 6]]), np.array([1, 5], "u1"), np.array(4), i(0, 1, 2, 3, 4, 5, 6, 7)):
        c.call("delete", [a, at], np.delete(a, at))
    for axis in (0, 1, 2, -1, -3):
        c.call("delete", [cube, i(1, 0)], np.delete(cube, [1, 0], axis=axis), axis=axis)
        c.call("delete", [cube, weak(-1)], np.delete(cube, -1, axis=axis), axis=axis)
    c.call("delete", [m.T, i(1, 5)], np.delete(m.T, [1, 5]))
    c.call("delete", [a, mask], np.delete(a, mask))
    c.call("delete", [np.zeros((3, 0)), weak(1)], np.delete(np.zeros((3, 0)), 1, axis=0), axis=0)
    c.call("delete", [np.float64(3), weak(0)], np.delete(np.float64(3), 0))
    c.call("delete", [f(), i()], np.delete(f(), i()))
    c.call("delete", [a, weak(8)], lambda: np.delete(a, 8), error="INDEX")
    c.call("delete", [a, weak(-9)], lambda: np.delete(a, -9), error="INDEX")
    c.call("delete", [a, i(0, 8)], lambda: np.delete(a, [0, 8]), error="INDEX")
    c.call("delete", [a, i(0, -9)], lambda: np.delete(a, [0, -9]), error="INDEX")
    c.call("delete", [f(), weak(0)], lambda: np.delete(f(), 0), error="INDEX")
    c.call("delete", [a, mask[:5]], lambda: np.delete(a, mask[:5]), error="SHAPE")
    c.call("delete", [m, weak(0)], lambda: np.delete(m, 0, axis=2), axis=2, error="INDEX")
    c.call("delete", [a, f(1, 2)], lambda: np.delete(a, f(1, 2)), error="DTYPE")
    c.error("delete", [a, weak(1.0)], "DTYPE")


def repeats(c):
    for dtype in DTYPES:
        a = make(dtype, (2, 3))
        c.call("resize", [a], np.resize(a, (4, 4)), shape=[4, 4])
        c.call("resize", [a.T], np.resize(a.T, (2, 2)), shape=[2, 2])
        b = a.copy()
        b.resize((2, 2, 3), refcheck=False)
        c.call("resize_zeros", [a], b, shape=[2, 2, 3])
        c.call("repeat", [a, i(2, 0, 3)], np.repeat(a, [2, 0, 3], axis=1), axis=1)
        c.call("repeat", [a, i(1, 2, 3, 0, 0, 1)], np.repeat(a, [1, 2, 3, 0, 0, 1]))
    for shape in ((), (5,), (0,), (2, 3), (0, 2), (1,)):
        a = make("float64", shape)
        for to in ((), (0,), (3,), (7,), (2, 4), (3, 0), (1, 2, 2), (13,)):
            c.call("resize", [a], np.resize(a, to), shape=list(to))
            b = a.copy()
            b.resize(to, refcheck=False)
            c.call("resize_zeros", [a], b, shape=list(to))
    a = f(*SPECIAL)
    for to in ((20,), (3,), (3, 3)):
        c.call("resize", [a], np.resize(a, to), shape=list(to))
    c.call("resize", [a], lambda: np.resize(a, (2, -1)), shape=[2, -1], error="ARGUMENT")
    c.error("resize_zeros", [a], "ARGUMENT", shape=[-1])
    m, cube = make("float32", (3, 2)), make("int16", (2, 2, 3))
    for counts in (i(1, 1, 1), i(0, 0, 0), i(0, 4, 0), i(5, 0, 1), np.array([1, 2, 0], "u1"), np.array([True, False, True])):
        c.call("repeat", [m, counts], np.repeat(m, counts, axis=0), axis=0)
        c.call("repeat", [cube, counts], np.repeat(cube, counts, axis=-1), axis=-1)
    for count in (weak(0), weak(3), np.array(2), i(2), np.array([1], "u4")):
        n = count.value if isinstance(count, weak) else count
        for x, axis in ((m, 0), (m, 1), (cube, 1), (f(), 0)):
            c.call("repeat", [x, count], np.repeat(x, n, axis=axis), axis=axis)
        c.call("repeat", [m, count], np.repeat(m, n))
    c.call("repeat", [f(), i()], np.repeat(f(), i()), axis=0)
    c.call("repeat", [np.float64(4), i(3)], np.repeat(np.float64(4), i(3)))
    c.call("repeat", [m, i(1, 2)], lambda: np.repeat(m, [1, 2], axis=0), axis=0, error="SHAPE")
    c.call("repeat", [m, i(1, -2, 1)], lambda: np.repeat(m, [1, -2, 1], axis=0), axis=0, error="ARGUMENT")
    c.call("repeat", [m, weak(-1)], lambda: np.repeat(m, -1, axis=0), axis=0, error="ARGUMENT")
    c.call("repeat", [m, f(1, 2, 1)], lambda: np.repeat(m, f(1, 2, 1), axis=0), axis=0, error="DTYPE")
    c.call("repeat", [m, np.array([1, 2, 1], "u8")], lambda: np.repeat(m, np.array([1, 2, 1], "u8"), axis=0), axis=0, error="DTYPE")
    c.call("repeat", [m, i(1, 2, 1)], lambda: np.repeat(m, [1, 2, 1], axis=2), axis=2, error="INDEX")
    c.call("repeat", [m, i(1, 2, 1).reshape(1, 3)], lambda: np.repeat(m, i(1, 2, 1).reshape(1, 3), axis=0), axis=0, error="SHAPE")


def plain(c):
    """What was there before: one axis, one count, whole lists."""
    for dtype in DTYPES:
        a, b = make(dtype, (2, 3)), make(DTYPES[(DTYPES.index(dtype) + 3) % len(DTYPES)], (2, 3))
        c.call("tile", [a], np.tile(a, (2, 1, 2)), reps=[2, 1, 2])
        c.call("tile", [a], np.tile(a, 3), reps=[3])
        c.call("stack", [a, b, a], np.stack([a, b, a], axis=1), axis=1)
        c.call("stack", [a, b], np.stack([a, b], axis=-1), axis=-1)
        c.call("vstack", [a, b[0]], np.vstack([a, b[0]]))
        c.call("hstack", [a, b], np.hstack([a, b]))
        c.call("reshape", [a], a.reshape(3, -1), shape=[3, -1])
        c.call("swapaxes", [a], np.swapaxes(a, 0, -1), x=0, y=-1)
        c.call("broadcast_to", [a], np.broadcast_to(a, (2, 2, 3)), shape=[2, 2, 3])
    for shape in ((), (3,), (0,), (2, 0), (2, 2, 2)):
        a = make("float32", shape)
        for reps in ([], [2], [0], [2, 3], [1, 2, 1, 1]):
            if np.prod(shape) * np.prod(reps) < 100:
                c.call("tile", [a], np.tile(a, reps), reps=reps)
        c.call("vstack", [a, a], lambda: np.vstack([a, a]))
        c.call("hstack", [a, a], np.hstack([a, a]))
        for axis in range(-len(shape) - 1, len(shape) + 1):
            c.call("stack", [a, a], np.stack([a, a], axis=axis), axis=axis)
        c.call("stack", [a, a], lambda: np.stack([a, a], axis=len(shape) + 1), axis=len(shape) + 1, error="INDEX")
        c.call("reshape", [a], a.reshape(-1) if a.size else a.reshape(0), shape=[-1] if a.size else [0])
        c.call("broadcast_to", [a], np.broadcast_to(a, (2,) + shape), shape=[2] + list(shape))
    v, m = f(1, 2, 3), make("int8", (2, 3))
    c.error("tile", [v], "ARGUMENT", reps=[-1])
    c.error("tile", [v], "SHAPE", reps=[2**62])
    c.call("stack", [v, m], lambda: np.stack([v, m]), axis=0, error="SHAPE")
    c.call("vstack", [v, f(1, 2)], lambda: np.vstack([v, f(1, 2)]), error="SHAPE")
    c.call("hstack", [m, m[:1]], lambda: np.hstack([m, m[:1]]), error="SHAPE")
    for shape in ([4, 2], [-1, -1], [5, -1]):
        c.call("reshape", [m], lambda: m.reshape(shape), shape=shape, error="SHAPE")
    c.call("broadcast_to", [m], lambda: np.broadcast_to(m, (3, 3)), shape=[3, 3], error="SHAPE")
    c.call("broadcast_to", [m], lambda: np.broadcast_to(m, (3,)), shape=[3], error="SHAPE")
    c.call("swapaxes", [m], lambda: np.swapaxes(m, 0, 2), x=0, y=2, error="INDEX")


def trims(c):
    for dtype in DTYPES:
        a = np.array([0, 0, 1, 0, 3, 0], dtype)
        for w, t in enumerate(("fb", "f", "b")):
            c.call("trim_zeros", [a], np.trim_zeros(a, t), which=w)
    for a in (f(), f(0), f(0, 0, 0), f(1), f(0, nan, 0), f(-0.0, 5e-324, 0), f(1, 0, 0), f(0, 0, 1)):
        for w, t in enumerate(("fb", "f", "b")):
            c.call("trim_zeros", [a], np.trim_zeros(a, t), which=w)
    m = np.zeros((4, 5))
    m[1, 2] = m[2, 3] = 1
    cube = np.zeros((3, 3, 3), "i4")
    cube[1, 0, 2] = 4
    for x in (m, cube, np.zeros((2, 3)), np.zeros((0, 3))):
        for w, t in enumerate(("fb", "f", "b")):
            c.call("trim_zeros", [x], np.trim_zeros(x, t), which=w)
            c.call("trim_zeros", [x], np.trim_zeros(x, t, axis=-1), which=w, axes=[-1])
            c.call("trim_zeros", [x], np.trim_zeros(x, t, axis=(0, 1)), which=w, axes=[0, 1])
            c.call("trim_zeros", [x], np.trim_zeros(x, t, axis=()), which=w, axes=[])
    c.call("trim_zeros", [m], lambda: np.trim_zeros(m, axis=2), which=0, axes=[2], error="INDEX")
    c.call("trim_zeros", [m], lambda: np.trim_zeros(m, axis=(0, 0)), which=0, axes=[0, 0], error="ARGUMENT")
    c.error("trim_zeros", [m], "ARGUMENT", which=3)


def copies(c):
    names = ["equiv", "safe", "same_kind", "unsafe"]
    for k, dtype in enumerate(DTYPES):
        for j in range(3):
            other = DTYPES[(k * 5 + j * 4 + 1) % len(DTYPES)]
            dst, src = make(dtype, (2, 3)), make(other, (3,))
            if np.dtype(dtype).kind in "iu" and np.dtype(other).kind in "f":
                src = np.abs(src)
            if np.dtype(dtype).kind in "iub" and np.dtype(other).kind == "c":
                continue
            where = rng.integers(0, 2, (2, 3)).astype(bool)
            for casting in (1, 2, 3):
                for w in (None, where, where[:, :1]):
                    r = dst.copy()
                    try:
                        np.copyto(r, src, casting=names[casting], where=True if w is None else w)
                        c.call("copyto", [dst, src, w], r, casting=casting)
                    except TypeError:
                        c.error("copyto", [dst, src, w], "DTYPE", casting=casting)
    big = np.array([2**64 - 1, 1, 2**63 + 1], "u8")
    r = big.copy()
    np.copyto(r, np.array([5], "u1"), where=[False, True, False])
    c.call("copyto", [big, np.array([5], "u1"), np.array([False, True, False])], r, casting=2)
    a = f(1, 2, 3)
    for dst, v, casting in ((a, weak(5), 2), (a, weak(2.5), 2), (np.array([1, 2], "i4"), weak(7), 1), (np.array([1, 2], "u1"), weak(255), 2),
                            (np.array([1, 2], "i8"), weak(-2**63), 2), (np.array([True, False]), weak(True), 2), (np.float32([1]), weak(0.1), 2),
                            (np.array([1, 2], "i1"), weak(-128), 2), (np.array([1, 2], "u8"), weak(2**62), 2), (a, weak(True), 2),
                            (np.array([1j]), weak(2.5), 2)):
        r = dst.copy()
        np.copyto(r, v.value, casting=names[casting])
        c.call("copyto", [dst, v, None], r, casting=casting)
    for dst, v, casting in ((np.array([1, 2], "u1"), weak(256), 2), (np.array([1, 2], "u1"), weak(-1), 2), (np.array([1, 2], "i1"), weak(-129), 2),
                            (np.array([1, 2], "i4"), weak(2.5), 2), (a, weak(1j), 2), (np.array([1, 2], "u8"), weak(-1), 2),
                            (np.array([True]), weak(2), 2)):
        c.call("copyto", [dst, v, None], lambda: np.copyto(dst.copy(), v.value, casting=names[casting]), casting=casting, error="DTYPE")
    c.call("copyto", [a, f(1, 2), None], lambda: np.copyto(a.copy(), f(1, 2)), casting=2, error="SHAPE")
    c.call("copyto", [a, np.ones((2, 3)), None], lambda: np.copyto(a.copy(), np.ones((2, 3))), casting=2, error="SHAPE")
    c.call("copyto", [a, a, np.ones((2, 3), bool)], lambda: np.copyto(a.copy(), a, where=np.ones((2, 3), bool)), casting=2, error="SHAPE")
    c.call("copyto", [a, a, i(1, 0, 1)], lambda: np.copyto(a.copy(), a, where=i(1, 0, 1)), casting=2, error="DTYPE")
    c.call("copyto", [np.zeros((0, 3)), a, None], np.zeros((0, 3)), casting=2)
    c.call("copyto", [np.array(2.0), np.array(3), np.array(True)], np.array(3.0), casting=2)


def bits(c):
    for dtype in ("bool", "uint8", "int8", "int32", "int64", "uint64"):
        for shape in ((8,), (16,), (3,), (0,), (9,), (3, 11), (17, 2), (2, 3, 5), (2, 0, 3), ()):
            a = make(dtype, shape)
            a = np.where(rng.integers(0, 2, shape).astype(bool), a, a.dtype.type(0))
            for k, order in enumerate(("big", "little")):
                c.call("packbits", [a], np.packbits(a, bitorder=order), order=k)
                for axis in range(-1, a.ndim):
                    if a.ndim:
                        c.call("packbits", [a], np.packbits(a, axis=axis, bitorder=order), axis=axis, order=k)
    for shape in ((1,), (3,), (0,), (2, 3), (3, 1, 2), (0, 2), ()):
        a = rng.integers(0, 256, shape).astype("u1")
        if shape == ():
            a = np.array(201, "u1")
        for k, order in enumerate(("big", "little")):
            c.call("unpackbits", [a], np.unpackbits(a, bitorder=order), order=k)
            for count in (0, 1, 7, 8, 11, 40, -1, -8):
                if a.size == 0 and count > 0:
                    continue    # NumPy leaves those bits uninitialised
                try:
                    c.call("unpackbits", [a], np.unpackbits(a, count=count, bitorder=order), order=k, count=count)
                except ValueError:
                    c.error("unpackbits", [a], "ARGUMENT", order=k, count=count)
            for axis in range(-1, a.ndim):
                if a.ndim:
                    c.call("unpackbits", [a], np.unpackbits(a, axis=axis, bitorder=order), axis=axis, order=k)
                    if a.size > 0:
                        c.call("unpackbits", [a], np.unpackbits(a, axis=axis, bitorder=order, count=5), axis=axis, order=k, count=5)
    c.call("packbits", [f(1, 2)], lambda: np.packbits(f(1, 2)), order=0, error="DTYPE")
    c.call("packbits", [i(1, 2)], lambda: np.packbits(i(1, 2), axis=1), order=0, axis=1, error="INDEX")
    c.call("unpackbits", [i(1, 2)], lambda: np.unpackbits(i(1, 2)), order=0, error="DTYPE")
    c.call("unpackbits", [np.zeros(2, "u1")], lambda: np.unpackbits(np.zeros(2, "u1"), axis=1), order=0, axis=1, error="INDEX")
    c.error("packbits", [i(1, 2)], "ARGUMENT", order=2)


def main():
    c = Cases()
    for part in (axes, views, splits, joins, blocks, inserts):
        part(c)
    c.write("manipulation_cases.tsv")
    c = Cases()
    for part in (repeats, plain, trims, copies, bits):
        part(c)
    c.write("elements_cases.tsv")


main()
