#!/usr/bin/env python3
"""Write text_cases.tsv: numbers in text files as NumPy reads and writes them. Run: python make_text_cases.py

The file read is the argument; options that are text are in hex. Written files are compared byte by byte.
"""
import os
import tempfile
from io import StringIO

import numpy as np
from cases import Cases

c = Cases()
rng = np.random.default_rng(11)
nan, inf = np.nan, np.inf
FLOATS = ("float64", "float32", "float16", "complex128", "complex64")
INTS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()


def hexed(s):
    return s.encode().hex() or "-"


def content(text):
    return np.frombuffer(text.encode(), dtype="u1")


def options(o):
    """Text options as hex; the names of the C options."""
    out = {}
    for k, v in o.items():
        if v is None:
            continue
        out[k] = hexed(v) if isinstance(v, str) and k != "dtype" else v
    return out


def load(text, dtype="float64", error=None, **o):
    c.call("loadtxt", [content(text)], lambda: np.loadtxt(StringIO(text), dtype=dtype, **o), error=error, dtype=dtype,
           **options(o))


def gen(text, dtype="float64", error=None, **o):
    said = dict(o)
    if "invalid_raise" in said:
        said["skip_invalid"] = not said.pop("invalid_raise")
    c.call("genfromtxt", [content(text)], lambda: np.genfromtxt(StringIO(text), dtype=dtype, **o), error=error, dtype=dtype,
           **options(said))


def numbers(dtype, n):
    t = np.dtype(dtype)
    if t.kind in "iu":
        i = np.iinfo(t)
        return [i.min, i.max, 0, 1] + [int(x) for x in rng.integers(i.min, i.max, n, dtype=t)]
    return [repr(float(x)) for x in rng.standard_normal(n) * 10.0 ** rng.integers(-6, 6, n)] + ["nan", "inf", "-inf", "1e5", "-0.0"]


# ---- loadtxt
for t in ("float64", "float32", "float16", *INTS):
    v = numbers(t, 8)
    load(" ".join(map(str, v)), t)
    load("\n".join(map(str, v)), t)
    load(",".join(map(str, v)) + "\n" + ",".join(map(str, reversed(v))) + "\n", t, delimiter=",")
    load("  %s \t %s\r\n%s %s" % tuple(v[:4]), t)
    load("%s;%s ;  %s\n# all\n\n%s; %s;%s#tail\n" % tuple(v[:3] * 2), t, delimiter=";")
    load("x", t, error="PARSE")
    load("1 2\n3", t, error="PARSE")
for t in INTS:
    i = np.iinfo(t)
    load(str(i.max + 1), t, error="PARSE")
    load(str(i.min - 1), t, error="PARSE")
    load("1.0", t, error="PARSE")
    load("+5 7", t)
load("2 0 -3 1", "bool")
load("True", "bool", error="PARSE")
for t in ("complex128", "complex64"):
    load("(1+2j) (3-4j) 5 (1e3+2.5e-1j)", t)
    load("(1+2j),( 3.5-1j ),7", t, delimiter=",")
    load("1+2j -1.5-0.5j nan+infj", t)
    load("(1+2j", t, error="PARSE")
    load("1+2", t, error="PARSE")
for t in ("float64", "int64"):
    for shape in ("1", "1 2", "1\n2", "1 2\n3 4", "1 2 3\n4 5 6", ""):
        for ndmin in (0, 1, 2):
            load(shape, t, ndmin=ndmin)
            load(shape, t, ndmin=ndmin, unpack=True)
table = "# head\n1 2 3\n4 5 6\n\n7 8 9 # tail\n10 11 12\n"
for skip in range(8):
    load(table, skiprows=skip)
for rows in range(6):
    load(table, max_rows=rows)
    load(table, max_rows=rows, skiprows=2)
for cols in ([0], [1, 2], [2, 0], [-1], [-1, 0], [0, 0, 2], [1, 1], [-3, 2]):
    load(table, usecols=cols)
    load(table, "int32", usecols=cols, ndmin=2)
load("", usecols=[0, 1], ndmin=2)
load(table, usecols=[3], error="INDEX")
load(table, usecols=[-4], error="INDEX")
load("1 2 3\n4 5\n", usecols=[0, 1])
load("1 2 3\n4 5\n", usecols=[2], error="PARSE")
for q in "\"'":
    load(f"{q}1{q},2\n{q}3{q},{q}4{q}\n", delimiter=",", quotechar=q)
    load(f"{q}1{q} {q}2{q}\n", quotechar=q)
    load(f"{q}1{q}0,2\n", delimiter=",", quotechar=q)
load('1 "2"#x\n# "\n3 "4"', quotechar='"')
load('"1 # no comment",2', delimiter=",", quotechar='"', error="PARSE")
load('1,2\n3,4"\n', delimiter=",", quotechar='"', error="PARSE")
load('"1\n",2\n3,4\n', delimiter=",", quotechar='"')
load('"a,1"', delimiter=",", quotechar='"', error="PARSE")
load("3j 1 (1) 1e5+2e-3j", "complex128")
for bad in ("j", "1+j", "()", "1+2j3", "(1+2j)x"):
    load(bad, "complex128", error="PARSE")
for bad in ("-0", "-1", "+-1", ""):
    load(bad + ",", "uint8", delimiter=",", error="PARSE")
for bad in ("+ 1", "infin", "nan(12)", "1d5", "1e5.0", "e5", "."):
    load(bad, delimiter=",", error="PARSE")
gen("1;2;3\n4;5;6", "float32", delimiter=";", usecols=[2, 0])
gen("1 2 3\n4 5\n6 7 8", invalid_raise=False, usecols=[0, 2])
load("1%2\n3", comments="%")
load("1 //2\n3", comments="//")
load("1 2\n3 4", comments=None)
load("1\t2\n3\t4\n", delimiter="\t")
load("1|2|\n", delimiter="|", error="PARSE")
load("1,2\n  \n3,4", delimiter=",", error="PARSE")
load("1,,2", delimiter=",", error="PARSE")
load("1_0", error="PARSE")
load("0x10", error="PARSE")
load("1e", error="PARSE")
load("--1", error="PARSE")
load("1e400 -1e400 1e-400 5e-324 2.2250738585072011e-308 1.7976931348623157e308 0.1e1 .5 5. +1 1E+2")
load("nan NaN inf -Infinity INF +nan")
hard = ["9007199254740993", "9007199254740992.5", "0.1" + "0" * 40 + "1", "123456789012345678901234567890", "1.00000000000000011102230246251565",
        "4.35", "0.000001", "2.5e-7", "1" + "0" * 22, "1" + "0" * 23, "8.5e22", "9007199254740993e-22", "179769313486231580793e289", "1e23", "6.02214076e23"]
for h in hard:
    load(h)
    load("-" + h, "float32")
for _ in range(20):
    x = rng.integers(0, 2 ** 63, 6, dtype="u8").view("f8")
    load(" ".join(repr(float(v)) for v in x))
    load("\n".join("%.25e" % v for v in x))
load("1", max_rows=-1, error="ARGUMENT")
load("1", skiprows=0, ndmin=0)

# ---- genfromtxt
for t in ("float64", "float32", "int32", "int64", "complex128"):
    gen("1,,3\n4,x,6\n", t, delimiter=",")
    gen("1,,3\n4,x,6\n", t, delimiter=",", filling_values=-9)
    gen("1,N/A,3\n-,5,6\n", t, delimiter=",", missing_values="N/A,-", filling_values=7)
    gen(" 1 , 2 \n 3 ,4", t, delimiter=",")
    gen("1 2\n3 4", t)
    gen("", t)
gen("1,1.5,3", "int64", delimiter=",")
gen("7,1e3", "int64", delimiter=",", filling_values=0)
gen("True,1,0,false,,TRUE", "bool", delimiter=",")
gen("3,4", "uint8", delimiter=",")
c.error("genfromtxt", [content("1,,3")], "PARSE", dtype="uint8", delimiter=hexed(","))
gen("1,,3", "uint8", delimiter=",", filling_values=9)
gen("1 2\n3", error="PARSE")
gen("1 2\n3\n4 5", invalid_raise=False)
gen("1 2\n3 4 5\n4 5", invalid_raise=False, usecols=[0, 1])
gen("1::2\n3::4", delimiter="::")
gen("x y\n1 2")
gen("#a b\n1 2 # x\n")
gen("1 2\n3 4", comments=None)
gen("1,2\n   \n3,4", delimiter=",")
gen("1,2,\n3,4,", delimiter=",")
for skip in range(4):
    for foot in range(4):
        gen("1 2\n3 4\n5 6\n7 8\n", skip_header=skip, skip_footer=foot)
for rows in (1, 2, 9):
    gen("1 2\n3 4\n5 6\n7 8\n", max_rows=rows)
gen("1", max_rows=0, error="ARGUMENT")
gen("1", max_rows=1, skip_footer=1, error="ARGUMENT")
for ndmin in (0, 1, 2):
    for text in ("1", "1\n2", "1 2", "1 2\n3 4"):
        gen(text, ndmin=ndmin)
gen("1,2\n3,4", delimiter=",", unpack=True)
gen("1 2 3\n4 5 6", usecols=[0, -1])
c.error("genfromtxt", [content("1 2 3")], "INDEX", dtype="float64", usecols=[0, 5])


# ---- writing
def written(write):
    with tempfile.NamedTemporaryFile() as f:
        write(f.name)
        with open(f.name, "rb") as g:
            return np.frombuffer(g.read(), dtype="u1")


def save(a, error=None, **o):
    c.call("savetxt", [a], lambda: written(lambda p: np.savetxt(p, a, **o)), error=error, **options(o))


def put(a, sep, error=None, format=None):
    def write(p):
        a.tofile(p, sep=sep) if format is None else a.tofile(p, sep=sep, format=format)
    c.call("tofile", [a], lambda: written(write), error=error, sep=hexed(sep), format=None if format is None else hexed(format))


some = {
    "float64": np.array([0.1, -2.5, 1e300, 3.0, -0.0, 123456.789]),
    "float32": np.array([0.1, -2.5, 1e30, 3.0, 1e7, 1e-5], "f4"),
    "float16": np.array([0.1, -2.5, 65504, 3.0, 1024, 1e-5], "f2"),
    "complex128": np.array([1 + 2j, -3.5 - 1e-5j, 1j]),
    "complex64": np.array([0.1 + 2j, 3 - 4j], "c8"),
    "bool": np.array([True, False, True]),
}
for t in INTS:
    i = np.iinfo(t)
    some[t] = np.array([i.min, i.max, 7, 100], t)
some["other"] = np.array([nan, inf, -inf, 1.5])
for t, a in some.items():
    save(a)
    save(np.stack([a, a[::-1]]), delimiter=",")
    save(a.reshape(1, -1), fmt="%g", newline="\r\n")
    for fmt in ("%s", "%.3f", "%10.4e", "%-12.2g|", "%+.0f", "% 8.3E", "%08.2f", "%#.0f", "%G", "x%.2f%%y"):
        if "%%" in fmt:
            continue
        save(a, fmt=fmt)
    if a.dtype.kind in "iub":
        for fmt in ("%d", "%5d", "%-5d|", "%+d", "%05i", "% d", "%.3d", "%u"):
            save(a, fmt=fmt)
    if a.dtype.kind in "iu":
        for fmt in ("%x", "%#X", "%o", "%08x", "%#o"):
            save(a, fmt=fmt)
    put(a, " ")
    put(a, ", ")
    if a.dtype.kind != "c":
        put(a, "\n", format="%.4f")
        put(a, ";", format="<%g>")
    put(a, "")
save(np.array([1.7, -1.7, 2.5]), fmt="%d")
save(np.array([nan]), fmt="%d", error="ARGUMENT")
save(np.array([1.5]), fmt="%x", error="ARGUMENT")
m = np.arange(6.0).reshape(2, 3) / 7
save(m, fmt="%.2f %d %s")
save(m, fmt="a%.2f;b%g;c%.1e!")
save(m, fmt="%.2f %d", error="ARGUMENT")
save(m, fmt="%.2f %d %d %d", error="ARGUMENT")
save(m, fmt="plain", error="ARGUMENT")
save(m, fmt="%q", error="ARGUMENT")
save(m + 1j, fmt="%.2f")
save(m - 2j, fmt="%.2f%+.2fj %g%gi %e %e")
save(m, header="two\nlines", footer="end", comments="// ")
save(m, header="h", delimiter="\t", fmt="%.1f")
save(m, footer="f", newline=";")
save(np.zeros((0, 3)))
save(np.zeros(0), header="none")
save(np.zeros((2, 0)), fmt="%.2f")
c.error("savetxt", [np.zeros((2, 2, 2))], "SHAPE")
c.error("savetxt", [np.float64(1)], "SHAPE")

# ---- fromfile
for t in ("float64", "float32", "int32", "uint8", "int64"):
    for text, sep in (("1 2 3", " "), ("1,2,3", ","), ("1, 2,  3\n", ", "), ("1;2\n", ";"), ("  4  ", " "), ("", " "), ("1\n2\n\n3", "\n"),
                      ("1,2,3,", ","), ("1 , 2", ",")):
        if text == "1 , 2":
            continue
        for count in (None, 2, 0):
            if count == 0:
                continue
            c.call("fromfile", [content(text)], lambda: np.fromstring(text, dtype=t, sep=sep, count=-1 if count is None or count > len(
                np.fromstring(text, dtype=t, sep=sep)) else count), dtype=t, sep=hexed(sep), count=count)
for t in ("bool", "int8", "uint16", "int32", "uint64", "float16", "float32", "float64", "complex64", "complex128"):
    raw = rng.integers(0, 2, 50).astype(t).tobytes()[:37 if np.dtype(t).itemsize > 1 else 13]
    whole = len(raw) // np.dtype(t).itemsize
    for count in (None, 0, 1, 2):
        for offset in (0, np.dtype(t).itemsize):
            def read(t=t, count=count, offset=offset):
                with tempfile.NamedTemporaryFile() as f:
                    f.write(raw)
                    f.flush()
                    return np.fromfile(f.name, dtype=t, count=-1 if count is None else count, offset=offset)
            c.call("fromfile", [np.frombuffer(raw, "u1")], read, dtype=t, count=count, offset=offset)
c.error("fromfile", [content("1 x")], "PARSE", dtype="float64", sep=hexed(" "))
c.error("fromfile", [content("1;2")], "PARSE", dtype="float64", sep=hexed(","))
c.error("fromfile", [content("1")], "ARGUMENT", dtype="float64", sep=hexed(","), offset=8)
c.error("fromfile", [content("1")], "ARGUMENT", dtype="float64", offset=-1)
c.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "text_cases.tsv"))
