"""Advanced indexing, reading and writing: texts with arrays and numbers in their holes, drawn at random, and by hand where
NumPy's rules have corners. Writes indexing_cases.tsv; run in tests/golden."""
import random

import numpy as np
from cases import Cases, weak

rng = random.Random(11)
gen = np.random.default_rng(11)
c = Cases()
INTS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
         "complex64", "complex128"]


def base(shape, t="int64"):
    n = int(np.prod(shape))
    return (np.arange(n) % 2 == 1 if t == "bool" else np.arange(n) % 127).astype(t).reshape(shape)


def key_of(spec, holes):
    """The Python index that a text means."""
    left = list(holes)
    out = []

    def number(text):
        text = text.strip()
        if text == "":
            return None
        if text == "?":
            v = left.pop(0)
            return v.value if isinstance(v, weak) else v
        return int(text)

    for item in spec.split(","):
        item = item.strip()
        if item == "":
            continue
        if item == "...":
            out.append(Ellipsis)
        elif item in ("newaxis", "None"):
            out.append(None)
        elif ":" in item:
            out.append(slice(*[number(x) for x in item.split(":")]))
        else:
            out.append(number(item))
    return tuple(out)


def read(a, spec, *holes, error=None):
    c.call("getitem", [a, *holes], lambda: a[key_of(spec, holes)], error=error, spec=spec)


def write(a, spec, holes, value, error=None):
    def run():
        b = a.copy()
        b[key_of(spec, holes)] = value.value if isinstance(value, weak) else value
        return b

    c.call("setitem", [a, value, *holes], run, error=error, spec=spec)


def index_array(n, shape):
    """Integers that all stand for one of n positions."""
    t = rng.choice(INTS)
    low = 0 if t[0] == "u" else -n
    return gen.integers(low, max(n, low + 1), shape).astype(t)


def draw(shape):
    """A text and its holes for an array of that shape."""
    parts, holes, axis = [], [], 0
    together = rng.choice([(), (3,), (3,), (2,), (2, 2), (1, 3), (1,)])
    ellipsis_at = rng.choice([-1, -1, -1, 0, 1, 2])
    used = rng.randint(1, len(shape))
    spare = len(shape) - used
    k = 0
    masks = 0
    while k < used:
        if k == ellipsis_at and axis == k:
            parts.append("...")
            axis += spare
        if rng.random() < 0.12:
            parts.append("newaxis")
        n = shape[axis]
        what = rng.random()
        if what < 0.45:
            sub = together[rng.randint(0, len(together)):] if together else ()
            if rng.random() < 0.5:
                sub = together
            if rng.random() < 0.2:
                sub = tuple(1 for _ in sub)
            parts.append("?")
            holes.append(index_array(n, sub))
        elif what < 0.6 and masks == 0:
            dims = rng.choice([1, 1, 2]) if used - k >= 2 else 1
            mask = np.zeros(int(np.prod(shape[axis:axis + dims])), bool)
            count = together[-1] if together and rng.random() < 0.7 else rng.randint(0, 3)
            mask[gen.permutation(mask.size)[:count]] = True
            parts.append("?")
            holes.append(mask.reshape(shape[axis:axis + dims]))
            masks += 1
            k += dims - 1
            axis += dims - 1
        elif what < 0.75:
            i = rng.randint(-n, n - 1)
            if rng.random() < 0.5:
                parts.append("?")
                holes.append(weak(i))
            else:
                parts.append(str(i))
        else:
            lo, hi = rng.choice(["", str(rng.randint(-n, n))]), rng.choice(["", str(rng.randint(-n, n))])
            parts.append(f"{lo}:{hi}" + rng.choice(["", "", ":2", ":-1", ":-2"]))
        k += 1
        axis += 1
    return ", ".join(parts), holes


def legal(a, spec, holes):
    try:
        return a[key_of(spec, holes)]
    except IndexError:
        return None


count = 0
while count < 420:
    shape = rng.choice([(5,), (4, 5), (3, 4), (2, 3, 4), (3, 2, 3), (2, 3, 2, 2), (1, 4, 3), (2, 2, 2, 2, 2)])
    spec, holes = draw(shape)
    if not any(isinstance(h, np.ndarray) for h in holes):
        continue
    a = base(shape, rng.choice(TYPES))
    r = legal(a, spec, holes)
    if r is None or r.size > 60:
        continue
    read(a, spec, *holes)
    count += 1

count = 0
while count < 320:
    shape = rng.choice([(5,), (4, 5), (3, 4), (2, 3, 4), (3, 2, 3), (2, 3, 2, 2), (1, 4, 3)])
    spec, holes = draw(shape)
    a = base(shape, rng.choice(TYPES))
    r = legal(a, spec, holes)
    if r is None or r.size > 60:
        continue
    where = rng.randint(0, r.ndim)
    vshape = [n if rng.random() < 0.7 else 1 for n in r.shape[where:]]
    if rng.random() < 0.1 and len(vshape) == r.ndim:
        vshape = [1] + vshape
    value = (100 + np.arange(int(np.prod(vshape)))).astype(a.dtype).reshape(vshape)
    if rng.random() < 0.15:
        value = weak(True if a.dtype == bool else 7)
    write(a, spec, holes, value)
    count += 1

# ---- corners
i = np.array([2, 0, -1])
m = np.array([True, False, True])
for shape in [(3,), (3, 4), (3, 2, 2), (3, 0), (3, 2, 0)]:
    a = base(shape)
    read(a, "?", i)
    read(a, "?", i.reshape(3, 1))
    read(a, "?", np.zeros((0,), "int64"))
    read(a, "?", np.zeros((0, 2), "int32"))
    read(a, "?", np.array(1))
    read(a, "?", m)
    read(a, "?", np.zeros(3, bool))
    read(a, "?", np.ones(3, bool))
    read(a, "?", np.array(True))
    read(a, "?", np.array(False))
    read(a, "?", weak(True))
    read(a, "?", weak(False))
    read(a, "..., ?", weak(True))
    read(a, "?, ...", m)
    read(a, "newaxis, ?", i)
    read(a, "?, newaxis", i)
    read(a, "?, ?", m, weak(True))
    read(a, "?, ?", weak(True), i)
    read(a, "::-1")
    read(a, "...")
    read(a, "")
    read(a, "?", np.array(5), error="INDEX")
    read(a, "?", np.array([0, 3]), error="INDEX")
    read(a, "?", np.array([0, -4]), error="INDEX")
    read(a, "?", np.array([1.0]), error="DTYPE")
    read(a, "?", np.ones(4, bool), error="SHAPE")
    read(a, "?", np.ones(2, bool), error="SHAPE")
    write(a, "?", [np.array([1, 1, 1])], weak(9))
    write(a, "?", [m], weak(9))
    write(a, "?", [np.zeros(3, bool)], weak(9))
    write(a, "?", [np.array(True)], weak(9))
    write(a, "?", [np.array(False)], weak(9))
    write(a, "...", [], weak(9))
    write(a, "1", [], weak(9))
    write(a, "?", [np.array([0, 3])], weak(9), error="INDEX")
    write(a, "?", [np.array([-4])], weak(9), error="INDEX")
    write(a, "?", [np.ones(5, bool)], weak(9), error="SHAPE")
a = base((3, 4, 2))
read(a, "0, :, ?", np.array([1, 0]))
read(a, ":, 0, ?", np.array([1, 0]))
read(a, "?, :, 0", np.array([1, 0]))
read(a, "?, newaxis, ?", np.array([1, 0]), np.array([1, 0]))
read(a, "?, ..., ?", np.array([1, 0]), np.array([1, 0]))
read(a, "?, ?, ..., ?", np.array([1, 0]), np.array([1, 0]), np.array([1, 0]))
read(a, "..., ?, ?", np.array([[1, 0]]), np.array([1, 0]))
read(a, "?, ?", np.array([[1], [0]]), np.array([1, 0, 3]))
read(a, "?, ?, ?", np.array([[1], [0]]), np.array([1, 0, 3]), weak(-1))
read(a, "?, :", np.ones((3, 4), bool))
read(a, "?", np.ones((3, 4, 2), bool))
read(a, "?, ?", np.ones((3, 4), bool), weak(1))
read(a, ":, ?", np.eye(4, 2, dtype=bool))
read(a, "?, ?", np.array([True, False, True]), np.array([1, 3]))
read(a, "?:?, ?", weak(0), weak(2), np.array([1, 3]))
read(a, "?:?:?, ?", weak(2), weak(0), weak(-1), np.array([1, 3]))
read(a, "?, ?", np.array([0, 1]), np.array([0, 1, 2]), error="SHAPE")
read(a, "?, ?", np.array([0, 9]), np.array([0, 1]), error="INDEX")
read(a, "?, ?", np.array([0, 1]), np.array([0, -5]), error="INDEX")
read(a, "?, :, ?", np.array([0, 1]), np.array([0, 2]), error="INDEX")
read(a, "?, ?, ?, ?", i, i, i, i, error="INDEX")
read(a, "?", np.ones((3, 4, 2, 1), bool), error="INDEX")
read(a, "3, ?", np.array([0]), error="INDEX")
read(a, "?, ?", np.array([True, True, False]), np.array([0, 1, 2]), error="SHAPE")
c.error("getitem", [a, i, i], "ARGUMENT", spec="?")
c.error("getitem", [a, i], "ARGUMENT", spec="?, ?")
c.error("getitem", [a, i], "PARSE", spec="?:2")
c.error("getitem", [a, i], "PARSE", spec="..., ?, ...")
c.error("getitem", [a, i], "PARSE", spec="? ?")
c.error("getitem", [a, weak(1.5)], "DTYPE", spec="?")
c.error("setitem", [a, weak(0), np.array([1.5])], "DTYPE", spec="?")
write(a, "?, ?", [np.array([0, 1]), np.array([0, 9])], weak(1), error="INDEX")
write(a, "?, ?", [np.array([0, -4]), np.array([0, 1])], weak(1), error="INDEX")
write(a, "?", [i], np.ones((4, 4, 2), "int64"), error="SHAPE")
write(a, "?", [m], np.ones((3, 4, 2), "int64"), error="SHAPE")
write(a, "?", [m], np.ones((3,), "int64"), error="SHAPE")
write(a, "0:2", [], np.ones((3, 4, 2), "int64"), error="SHAPE")
write(a, "?", [i], weak(1.5))
c.error("setitem", [base((3,)), np.array([1.5]), i], "DTYPE", spec="?")
write(a, "?, ?", [np.array([0, 1, 0]), np.array([1, 1, 1])], np.array([[1], [2], [3]]))
write(base((6,)), "?", [np.array([1, 1, 4, 1, -2])], np.array([10, 20, 30, 40, 50]))
write(base((6,), "float32"), "?", [np.array([1, 1, 4, 1, -2])], np.array([0.0, -0.0, np.nan, np.inf, 1e-45], "float32"))
write(base((2, 3), "int8"), "?", [np.ones((2, 3), bool)], np.arange(6, dtype="int16"))
write(base((2, 3), "float32"), "?", [np.ones((2, 3), bool)], np.arange(6, dtype="float64") / 3)
write(base((2, 3), "float64"), "?", [np.eye(2, 3, dtype=bool)], np.array([5, 6], "int8"))
write(base((2, 3), "complex64"), "?", [np.eye(2, 3, dtype=bool)], np.array([5, 6], "float16"))
c.write("indexing_cases.tsv")
