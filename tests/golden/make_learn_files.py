"""Write learn_files.tsv: the sets that scikit-learn ships, and svmlight files as it reads and writes them.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers. Of a set stands
here the SHA-256 of its float64 and int64 values, as 32 numbers. A case of svmlight has its texts as bytes,
its options, and what came of it: arrays for each text, or that it was an error.
"""
import io
from hashlib import sha256
from pathlib import Path

import numpy as np
import sklearn
from sklearn import datasets as d
from sklearn.preprocessing import MultiLabelBinarizer

here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    assert key not in out, key
    values = np.asarray(list(values) if isinstance(values, bytes) else values, dtype=np.float64).ravel()
    if values.size:
        out[key] = values


def digest(a):
    return sha256(np.ascontiguousarray(a).tobytes()).digest()


for name, kw in (("iris", {}), ("wine", {}), ("breast_cancer", {}), ("digits", {}), ("digits", dict(n_class=3)), ("diabetes", {}),
                 ("diabetes", dict(scaled=False))):
    b = getattr(d, "load_" + name)(**kw)
    key = "_".join([name, *kw])
    put(key + "/shape", b.data.shape), put(key + "/x", digest(b.data)), put(key + "/y", digest(b.target))
    put(key + "/feature_names", " ".join(b.feature_names).encode())
    put(key + "/target_names", " ".join(str(v) for v in getattr(b, "target_names", [])).encode())

# ---- reading
DTYPES = ["float64", "float32", "int32"]
reads = 0


def read(*texts, n_features=None, dtype="float64", multilabel=False, zero_based="auto", query_id=False, offset=0, length=-1):
    global reads
    key = f"read/{reads}"
    reads += 1
    texts = [t.encode() if isinstance(t, str) else t for t in texts]
    put(key + "/options", [len(texts), n_features or 0, DTYPES.index(dtype), multilabel, ["auto", True, False].index(zero_based), query_id,
                           offset, length])
    for i, t in enumerate(texts):
        put(f"{key}/text{i}", [0, *t])
    try:
        got = d.load_svmlight_files([io.BytesIO(t) for t in texts], n_features=n_features, dtype=dtype, multilabel=multilabel,
                                    zero_based=zero_based, query_id=query_id, offset=offset, length=length)
    except (ValueError, OverflowError) as e:
        put(key + "/error", [1])
        return
    put(key + "/error", [0])
    for i in range(len(texts)):
        part = got[i * (3 if query_id else 2):]
        x, y = part[0].toarray(), part[1]
        put(f"{key}/shape{i}", x.shape), put(f"{key}/x{i}", x)
        if multilabel:
            binary = MultiLabelBinarizer().fit(y)
            put(f"{key}/labels{i}", binary.classes_), put(f"{key}/y{i}", binary.transform(y))
        else:
            put(f"{key}/y{i}", y)
        if query_id:
            put(f"{key}/query{i}", part[2])


plain = "# made by hand\n1 2:2.5 10:-5.2 15:1.5 # and so\n2.0 5:1e-3 12:-.3\n\n   # nothing here\n-3 20:27\n4\t1:+1 3:nan\r\n5\n"
read(plain)
read(plain, n_features=22), read(plain, n_features=19), read(plain, n_features=20), read(plain, n_features=21)
read(plain, zero_based=True), read(plain, zero_based=False)
read(plain, dtype="float32")
read("1 0:0.1 1:16777217 2:1e40\n-inf 3:-inf 1000:1e-46", dtype="float32")
read("1 0:3 2:-7\n2 1:1e3\n", dtype="int32")
read("1 0:1\n0 4:1\n"), read("1 1:1\n0 4:1\n"), read("1 0:1\n", zero_based=False)
read(""), read("\n# only this\n"), read("3\n"), read("3\n", zero_based=False), read("7 \n8 #\n")
read("1 0:1", "2 3:4\n3 1:1\n"), read("1 1:1", "2 3:4\n3 2:1\n"), read("1 1:1", "\n"), read("1 1:1", "2 0:4\n", zero_based=False)
read("1 qid:7 0:1 2:3\n0 qid:-8 1:5 # tail\n0 qid:7\n", query_id=True), read("1 qid:7 0:1 2:3\n0 1:5\n")
read("1 0:1\n", query_id=True), read("1 qid:x 0:1\n", query_id=True), read("1 qid:x 0:1\n")
read("1,3,2 0:1 4:2\n 3:4\n2 1:1\n1 0:7\n", multilabel=True), read("5,-1.5,5 1:1\n", multilabel=True), read("1,,2 1:1\n", multilabel=True)
read("1:5 2:3\n", multilabel=True), read("1,2 0:1\n"), read("2 qid:5 1:1\n3:1\n", multilabel=True, query_id=False)
for bad in ("x 0:1\n", "1 0:1 0:2\n", "1 3:1 2:2\n", "1 -1:1\n", "1 a:1\n", "1 0:b\n", "1 0\n", "1 0:\n", "1 :1\n", "1 0:1:2\n", "1 2:3 qid:4\n",
            "1 0:1\n2 0:1 0:1\n", "1 0: 1\n", "1 99999999999999999999:1\n"):
    read(bad)
lines = "".join(f"{i} {i}:{i * 1.5} 30:1\n" + ("\n# gap\n" if i % 3 == 0 else "") for i in range(12))
for offset, length in ((0, 20), (1, -1), (5, 30), (11, 12), (60, 25), (60, 1000), (0, 29), (0, 30), (0, 31), (0, 32), (9, 1), (10000, 5), (150, -1)):
    read(lines, n_features=31, offset=offset, length=length)
read(lines, offset=3), read(lines, length=3)

# ---- writing: numbers for which scikit-learn's sixteen digits are the shortest ones
rng = np.random.default_rng(5)
writes = 0


def write(x, y, one_based=False, query_id=None, multilabel=False, comment=None):
    global writes
    key = f"write/{writes}"
    writes += 1
    x, y = np.asarray(x), np.asarray(y)
    f = io.BytesIO()
    d.dump_svmlight_file(x, y, f, zero_based=not one_based, query_id=query_id, multilabel=multilabel, comment=comment)
    put(key + "/options", [x.dtype.kind == "i", y.dtype.kind == "i", one_based, multilabel, query_id is not None, *x.shape,
                           y.shape[1] if multilabel else 1])
    put(key + "/x", x), put(key + "/y", y), put(key + "/text", f.getvalue())
    if query_id is not None:
        put(key + "/query", query_id)
    if comment is not None:
        put(key + "/comment", comment.encode())


def some(n, k):
    return rng.integers(-999, 999, (n, k)) / 64 * (rng.random((n, k)) < 0.5)


write(some(5, 7), rng.integers(-99, 99, 5) / 8)
write(some(4, 3), np.arange(4), one_based=True)
write(rng.integers(-3, 3, (6, 5)), rng.integers(0, 2, 6), query_id=np.array([3, 3, 1, 1, 2, 2]))
write(some(4, 6) + np.eye(4, 6), rng.integers(0, 2, (4, 5)), multilabel=True)
write([[1e-5, 1e16, 123456789012345.0], [0.0, -1e-300, 2.5e22]], [1e-7, 3.0], comment="one line\nand another\r\nthird")
write([[0.0, 0.0], [1.0, -0.0]], [0, 1], comment="x", one_based=True)

out["counts"] = np.array([reads, writes], dtype=np.float64)
with open(here / "learn_files.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_files.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if np.isfinite(v) and v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
