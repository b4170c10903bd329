"""Write learn_tfidf.tsv: weights of counts by scikit-learn's TfidfTransformer.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfTransformer

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}
r = np.random.RandomState(0)
x = np.maximum(r.poisson(0.8, (12, 6)) - 1 + r.randint(0, 2, (12, 6)), 0).astype(float)
x[4] = 0
x[:, 3] = 0
new = r.poisson(1.5, (5, 6)).astype(float)
new[2] = 0
out["x"], out["new"] = x, new
for name, m in (("default", TfidfTransformer()), ("l1", TfidfTransformer(norm="l1", smooth_idf=False)), ("none", TfidfTransformer(norm=None)), ("rough", TfidfTransformer(norm=None, smooth_idf=False)),
                ("sublinear", TfidfTransformer(sublinear_tf=True)), ("counts", TfidfTransformer(norm="l1", use_idf=False)),
                ("logarithms", TfidfTransformer(norm=None, use_idf=False, sublinear_tf=True))):
    out[f"{name}/fitted"] = m.fit_transform(x).toarray()
    if m.use_idf:
        out[f"{name}/idf"] = m.idf_
    if m.norm is None or m.smooth_idf:
        out[f"{name}/new"] = m.transform(new).toarray()

with open(here / "learn_tfidf.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_tfidf.py\n")
    for k, v in out.items():
        f.write(k + "\t" + " ".join(repr(float(e)).removesuffix(".0") for e in np.ravel(v)) + "\n")
