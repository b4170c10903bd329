"""Write learn_utils.tsv: helpers of sklearn.utils.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
from pathlib import Path

import numpy as np
import sklearn
from sklearn.utils import compute_class_weight, compute_sample_weight, resample, shuffle
from sklearn.utils.extmath import row_norms, svd_flip
from sklearn.utils.random import sample_without_replacement

here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


# what test_learn_utils.c makes of counters
i = np.arange(60)
y = (i * 7 % 11) % 3
w = 0.5 + i % 4
x = np.column_stack([np.sin(i), np.cos(3 * i), i % 5 - 2.0])
two = np.column_stack([y, i % 2])
put("x", x)

classes = np.array([2, 0, 1])
put("class/balanced", compute_class_weight("balanced", classes=classes, y=y))
put("class/weighted", compute_class_weight("balanced", classes=classes, y=y, sample_weight=w))
put("class/none", compute_class_weight(None, classes=classes, y=y))
put("class/dict", compute_class_weight({0: 1.5, 2: 0.25}, classes=classes, y=y))
put("sample/balanced", compute_sample_weight("balanced", y))
put("sample/dict", compute_sample_weight({0: 1.5, 2: 0.25}, y))
put("sample/indices", compute_sample_weight("balanced", y, indices=np.flatnonzero(y != 1)[:20]))
put("sample/two", compute_sample_weight("balanced", two))
put("sample/list", compute_sample_weight([{0: 1.5, 2: 0.25}, {0: 2, 1: 3}], two))
put("sample/two_indices", compute_sample_weight("balanced", two, indices=[0, 3, 4, 9, 10, 11, 11]))

for seed in (0, 42):
    put(f"resample/plain/{seed}", resample(i, random_state=seed))
    put(f"resample/fewer/{seed}", resample(i, n_samples=13, random_state=seed))
    put(f"resample/more/{seed}", resample(i, n_samples=130, random_state=seed))
    put(f"resample/once/{seed}", resample(i, replace=False, n_samples=13, random_state=seed))
    put(f"resample/weighted/{seed}", resample(i, sample_weight=w, random_state=seed))
    put(f"resample/strata/{seed}", resample(i, stratify=y, n_samples=20, random_state=seed))
    put(f"resample/strata_once/{seed}", resample(i, replace=False, stratify=y, n_samples=20, random_state=seed))
    put(f"shuffle/all/{seed}", shuffle(i, random_state=seed))
    put(f"shuffle/few/{seed}", shuffle(i, n_samples=9, random_state=seed))
    for method in ("auto", "tracking_selection", "reservoir_sampling", "pool"):
        for total, n in ((10, 5), (1000, 4), (1000, 10), (1000, 11), (100, 99), (100, 100), (50, 9), (50, 11), (7, 0)):
            put(f"different/{method}/{total}/{n}/{seed}", sample_without_replacement(total, n, method=method, random_state=seed))

put("norms/plain", row_norms(x))
put("norms/squared", row_norms(x, squared=True))
u, v = x[:6], x[10:13] + 0.1
for by_u in (True, False):
    a, b = svd_flip(u.copy(), v.copy(), u_based_decision=by_u)
    put(f"flip/{by_u}/u", a), put(f"flip/{by_u}/v", b)

with open(here / "learn_utils.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_utils.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
