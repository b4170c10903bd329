#!/usr/bin/env python3
"""NumPy's loadtxt and Python's csv module on the files of bench/csv.c: MB/s of processor time, the best of several rounds."""
import csv
import io
import math
import time

import numpy as np

ROWS, COLUMNS, ROUNDS = 200000, 8, 3


def value(kind, i, k):
    v = ((i * 2654435761 & 0xFFFFFFFF) >> 8) % 1000000 + k
    return str(v) if kind[0] == "i" else f"{v / 1000:.3f}" if kind[0] == "s" else f"{math.sin(i * COLUMNS + k):.17g}"


def rate(n, read):
    best = math.inf
    for _ in range(ROUNDS):
        t = time.process_time()
        read()
        best = min(best, time.process_time() - t)
    return n / best / 1e6


for kind in ("integers of 6 digits", "short decimals, 123.456", "doubles of 17 digits"):
    text = "\n".join(",".join(value(kind, i, k) for k in range(COLUMNS)) for i in range(ROWS)) + "\n"
    print(f"{kind:28} numpy.loadtxt {rate(len(text), lambda: np.loadtxt(io.StringIO(text), delimiter=',')):8.0f} MB/s")
    print(f"{kind:28} csv + float   {rate(len(text), lambda: [list(map(float, r)) for r in csv.reader(io.StringIO(text))]):8.0f} MB/s")
