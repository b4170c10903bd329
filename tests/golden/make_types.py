#!/usr/bin/env python3
"""Write types.tsv: which dtypes NumPy promotes to, casts, and returns, for the tests of Calx's.

Run: python make_types.py > types.tsv
A dtype is a letter: its value in dtypes.def, counted from 'a' for bool. '-': an error. Rows:
promote <letters of all pairs, first dtype slowest>; cast_<rule> <y or n of all pairs>;
unary <operation> <letter per dtype>; binary <operation> <letters of all pairs>;
weak_left / weak_right <operation> <scalar> <letter per dtype of the array>.
"""
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")
DTYPES = {"bool": 1, "int8": 2, "int16": 3, "int32": 4, "int64": 5, "uint8": 6, "uint16": 7,
          "uint32": 8, "uint64": 9, "float16": 10, "float32": 12, "float64": 13, "complex64": 14,
          "complex128": 15}
UNARY = """positive negative abs fabs sign square reciprocal sqrt cbrt exp exp2 expm1 log log2 log10
log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh degrees radians floor
ceil trunc rint logical_not invert isfinite isinf isnan signbit spacing conjugate
bitwise_count""".split()
BINARY = """add sub mul div floor_divide remainder fmod power float_power maximum minimum fmax fmin
equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor bitwise_and
bitwise_or bitwise_xor left_shift right_shift arctan2 hypot copysign nextafter logaddexp logaddexp2
heaviside gcd lcm""".split()
NAMES = {"sub": "subtract", "mul": "multiply", "div": "true_divide"}
SCALARS = {"bool": True, "int": 3, "float": 1.5, "complex": 1 + 2j}


def letter(t):
    return chr(ord("a") - 1 + DTYPES[np.dtype(t).name])


def result(name, *inputs):
    try:
        return letter(getattr(np, NAMES.get(name, name))(*inputs).dtype)
    except (TypeError, ValueError):
        return "-"


def main():
    ones = {t: np.ones(1, t) for t in DTYPES}
    pairs = [(a, b) for a in DTYPES for b in DTYPES]
    print("# NumPy", np.__version__)
    print("dtypes\t" + "".join(letter(t) for t in DTYPES))
    print("promote\t" + "".join(letter(np.promote_types(a, b)) for a, b in pairs))
    for rule in ("safe", "same_kind", "unsafe"):
        print(f"cast_{rule}\t" + "".join("ny"[np.can_cast(a, b, rule)] for a, b in pairs))
    for name in UNARY:
        print(f"unary\t{name}\t" + "".join(result(name, ones[t]) for t in DTYPES))
    for name in BINARY:
        print(f"binary\t{name}\t" + "".join(result(name, ones[a], ones[b]) for a, b in pairs))
        for kind, value in SCALARS.items():
            print(f"weak_right\t{name}\t{kind}\t" + "".join(result(name, ones[t], value) for t in DTYPES))
            print(f"weak_left\t{name}\t{kind}\t" + "".join(result(name, value, ones[t]) for t in DTYPES))


main()
