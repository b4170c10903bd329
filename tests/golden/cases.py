"""Golden cases: one line is one call of an operation and what NumPy answers (read by tests/support/cases.c).

    from cases import Cases, weak
    c = Cases()
    c.call("roll", [a], lambda: np.roll(a, 2, axis=1), shift=2, axis=1)       # "=": exact, sign of zero too
    c.call("interp", [x, xp, fp], lambda: np.interp(x, xp, fp), tol="u4")
    c.call("add", [a, weak(2)], lambda: a + 2)
    c.call("take", [a, i], lambda: np.take(a, i, axis=0), axis=0, error="INDEX")   # the status, where NumPy raises
    c.write("index_cases.tsv")

Columns: operation; options key=value;... or "-"; tolerance; number of arguments; arguments; results. An array is
dtype:shape:values in C order (extents with x between, "-" for 0-d; a complex number is re,im); "null" an argument
that is not given; "weak:f 2.5" a number of C's; "error:NAME" an error with that status, "error" any.

Tolerances: "=" equal; "uN" within N eps of each value; "rX" within X of the largest finite magnitude of the result;
a list for several results.
"""
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")


class weak:
    """A Python number in the call, a stack scalar in C."""

    def __init__(self, value):
        self.value = value

    def __str__(self):
        v = self.value
        if isinstance(v, bool):
            return f"weak:b {int(v)}"
        if isinstance(v, int):
            return f"weak:i {v}"
        return f"weak:c {v.real!r},{v.imag!r}" if isinstance(v, complex) else f"weak:f {v!r}"


def element(x):
    if x.dtype.kind == "c":
        return f"{float(x.real)!r},{float(x.imag)!r}"
    if x.dtype.kind in "iub":
        return str(int(x))
    return repr(float(x))


def operand(a):
    if a is None:
        return "null"
    if isinstance(a, weak):
        return str(a)
    a = np.asarray(a)
    shape = "x".join(map(str, a.shape)) or "-"
    return f"{a.dtype.name}:{shape}:" + " ".join(element(x) for x in a.ravel())


def option(v):
    if isinstance(v, bool):
        return str(int(v))
    if isinstance(v, (list, tuple)):
        return ",".join(map(option, v))
    return repr(float(v)) if isinstance(v, (float, np.floating)) else str(v)


class Cases:
    def __init__(self):
        self.lines = []

    def call(self, op, args, result, tol="=", error=None, **options):
        """result: a value, a tuple of values, or a function that is called for it; None in a tuple: not looked at."""
        try:
            r = result() if callable(result) else result
            results = [operand(x) for x in (r if isinstance(r, (tuple, list)) else [r])]
        except (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError, np.linalg.LinAlgError) as e:
            if error is None:
                raise AssertionError(f"{op} {options}: NumPy refuses: {e}; name the status") from e
            results = [f"error:{error}"]
        else:
            assert error is None, f"{op} {options}: NumPy does not refuse"
        said = ";".join(f"{k}={option(v)}" for k, v in options.items() if v is not None) or "-"
        tol = ",".join(tol) if isinstance(tol, (list, tuple)) else tol
        self.lines.append("\t".join([op, said, tol, str(len(args))] + [operand(a) for a in args] + results))

    def error(self, op, args, status, **options):
        """An error of ours whatever NumPy says."""
        said = ";".join(f"{k}={option(v)}" for k, v in options.items() if v is not None) or "-"
        self.lines.append("\t".join([op, said, "=", str(len(args))] + [operand(a) for a in args] + [f"error:{status}"]))

    def write(self, path):
        with open(path, "w", encoding="ascii") as f:
            f.write("\n".join(self.lines) + "\n")
        print(f"{path}: {len(self.lines)} cases", file=sys.stderr)
