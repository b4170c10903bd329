#!/usr/bin/env python3
"""Write the files of tests/data/io with NumPy and safetensors (versions in tests/golden/VERSIONS).

Element i (C order) of a dtype_*.npy is value(i) of the test, tests/golden/test_io.c: 3 i - 7, wrapped or cut to the dtype;
bool is i % 3 == 0; complex is (3 i - 7) + (i + 0.5) j.
"""
import os
import sys

import numpy as np
from numpy.lib import format as npy
from safetensors.numpy import save_file

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(here, "..", "data", "io") if len(sys.argv) < 2 else sys.argv[1]
os.makedirs(out, exist_ok=True)


def place(name):
    return os.path.join(out, name)


i = np.arange(6)
base = (i * 3 - 7).reshape(2, 3)
for name in "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split():
    np.save(place(f"dtype_{name}.npy"), base.astype(name))
np.save(place("dtype_bool.npy"), (i % 3 == 0).reshape(2, 3))
for name in ("complex64", "complex128"):
    np.save(place(f"dtype_{name}.npy"), (base + (i + 0.5).reshape(2, 3) * 1j).astype(name))

f = base.astype("float64")
np.save(place("big_f8.npy"), f.astype(">f8"))
np.save(place("big_i2.npy"), base.astype(">i2"))
np.save(place("big_c16.npy"), (f + (i + 0.5).reshape(2, 3) * 1j).astype(">c16"))
np.save(place("fortran.npy"), np.asfortranarray(f))
np.save(place("scalar.npy"), np.float64(2.5))
np.save(place("empty.npy"), np.zeros((0, 3)))
np.save(place("one.npy"), np.arange(5.0))
for version in ((2, 0), (3, 0)):
    with open(place(f"version{version[0]}.npy"), "wb") as h:
        npy.write_array(h, f, version=version)
texts = np.array(["pear", "apple", "", "größe", "apple", "\U0001f600"])
np.save(place("text_U.npy"), texts)
np.save(place("text_U_big.npy"), texts.astype(">U5"))
np.save(place("text_S.npy"), np.array([b"pear", b"apple", b"", b"fig"]))
np.save(place("structured.npy"), np.zeros(2, dtype=[("a", "<f4"), ("b", "<i8")]))
np.save(place("object.npy"), np.array([1, "x"], dtype=object), allow_pickle=True)
np.save(place("time.npy"), np.array(["2020-01-01"], dtype="M8[D]"))
np.savez(place("arrays.npz"), first=f, second=np.arange(5))
np.savez_compressed(place("compressed.npz"), ones=np.ones(1000), text=texts)
save_file({"w": f.astype("float32"), "b": np.arange(3), "flag": np.array([True, False]), "none": np.zeros((0, 2)),
           "z": np.array([1 + 2j], dtype="complex64")}, place("plain.safetensors"), metadata={"format": "np", "who": "größe"})
print("numpy", np.__version__)
