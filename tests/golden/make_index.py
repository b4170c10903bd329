"""Basic indexing of numpy.arange(4 * 5 * 6).reshape(4, 5, 6): 600 index texts with NumPy's shape and elements.

Writes tests/golden/index.tsv: text, values for its question marks, shape, elements. Versions: tests/golden/VERSIONS.
"""
import pathlib
import random

import numpy as np

rng = random.Random(7)
base = np.arange(4 * 5 * 6).reshape(4, 5, 6)


def bound(n):
    return rng.choice([None, rng.randint(-n - 3, n + 3)])


def make():
    parts, index, values, axes = [], [], [], 0
    ellipsis_at = rng.choice([-1, -1, 0, 1, 2])
    for k in range(rng.randint(0, 3)):
        if k == ellipsis_at:
            parts.append("...")
            index.append(Ellipsis)
        if rng.random() < 0.2:
            parts.append(rng.choice(["newaxis", "None"]))
            index.append(None)
        n = base.shape[axes if ellipsis_at < 0 or k < ellipsis_at else 0]
        axes += 1
        if rng.random() < 0.3:
            n = min(base.shape)
            i = rng.randint(-n, n - 1)
            if rng.random() < 0.4:
                parts.append("?")
                values.append(i)
            else:
                parts.append(str(i))
            index.append(i)
            continue
        lo, hi = bound(n), bound(n)
        step = rng.choice([None, 1, 2, 3, -1, -2, -3])
        text = []
        for v in (lo, hi, step):
            if v is None:
                text.append("")
            elif rng.random() < 0.3:
                text.append("?")
                values.append(v)
            else:
                text.append(str(v))
        parts.append(f"{text[0]}:{text[1]}" + (f":{text[2]}" if step is not None else ""))
        index.append(slice(lo, hi, step))
    return ", ".join(parts), values, base[tuple(index)]


with open(pathlib.Path(__file__).parent / "index.tsv", "w") as f:
    for _ in range(600):
        text, values, result = make()
        print(text, " ".join(map(str, values)), " ".join(map(str, result.shape)), " ".join(map(str, result.ravel())), sep="\t", file=f)
