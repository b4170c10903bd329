"""Fixed costs of NumPy and scikit-learn for the calls of bench/small.c: best nanoseconds a call."""
import timeit

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression


def best_ns(f, n):
    return min(timeit.repeat(f, number=n, repeat=15)) / n * 1e9


a, b, out = np.ones(8), np.ones(8), np.zeros(8)
print(f"numpy {np.__version__}, scikit-learn {sklearn.__version__}")
print(f"{'add, 8 float64, new result':34} {best_ns(lambda: np.add(a, b), 100000):9.1f}")
print(f"{'add, 8 float64, out=':34} {best_ns(lambda: np.add(a, b, out), 100000):9.1f}")
print(f"{'add a scalar, 8 float64':34} {best_ns(lambda: a + 2.0, 100000):9.1f}")
print(f"{'sum of 8 float64, new result':34} {best_ns(lambda: np.sum(a), 100000):9.1f}")
rng = np.random.default_rng(0)
x = rng.standard_normal((64, 20))
m = LogisticRegression().fit(x, (x[:, 0] > 0).astype(int))
row = x[:1]
print(f"{'LogisticRegression.predict, 1 row':34} {best_ns(lambda: m.predict(row), 2000):9.1f}")
