"""Write learn_decomposition.tsv: decompositions of scikit-learn.

Run from this folder with the versions of VERSIONS. A key is the number of a row of learn_decomposition.def, whose text both
libraries read, and what is compared: attributes and results, of each no more than 120 numbers.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.decomposition import *
from sklearn.preprocessing import StandardScaler
from sklearn.random_projection import *

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
MOST = 120
ATTRIBUTES = [a for line in (here / "learn_decomposition_attributes.def").read_text().splitlines() for a in re.findall(r'ATTRIBUTE\("(\w+)"\)', line)]
# written as lists in specs
MATRICES = ("dictionary", "dict_init", "code_init", "U_init", "V_init")
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()[:MOST]


def read(name):
    return np.ascontiguousarray(np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)[:, :-1])


wine = StandardScaler().fit_transform(read("wine_data"))
SETS = {"iris": read("iris"), "wine": wine, "wide": wine[:12], "pixels": read("digits")[:160]}

rows = re.findall(r'DECOMPOSITION\("(\w+)", ([-+.\de]+),\s*((?:"[^"]*"\s*)+)\)', (here / "learn_decomposition.def").read_text())
for i, (name, _, text) in enumerate(rows):
    x = SETS[name]
    m = eval("".join(re.findall(r'"([^"]*)"', text)))
    for p in MATRICES:
        if isinstance(m.get_params().get(p), list):
            m.set_params(**{p: np.array(m.get_params()[p], dtype=float)})
    if hasattr(m, "n_jobs"):
        m.set_params(n_jobs=1)
    if isinstance(m, FactorAnalysis) and m.svd_method == "lapack":
        own_fit = m.fit

        def fit(x, y=None, m=m, own_fit=own_fit):  # LAPACK leaves signs as they come: those of left vectors decide here
            plain = clone(m).set_params(rotation=None)
            plain.fit(x)
            left = (plain.components_ / plain.noise_variance_) @ (x - plain.mean_).T
            sign = np.sign(left[np.arange(len(left)), np.argmax(np.abs(left), axis=1)])
            own_fit(x)
            m.components_ = m.components_ * sign[:, None]
            return m

        m.fit = fit
    both = m.fit_transform(x)
    put(f"{i}/fit_transform", both[::11])
    m.fit(x)
    for a in ATTRIBUTES:
        if hasattr(m, a) and getattr(m, a) is not None:
            v = getattr(m, a)
            put(f"{i}/{a}", v.toarray() if hasattr(v, "toarray") else v)
    few = x[::11]
    put(f"{i}/transform", m.transform(few))
    if hasattr(m, "inverse_transform"):
        put(f"{i}/inverse_transform", m.inverse_transform(m.transform(few)))
    if hasattr(m, "score_samples"):
        put(f"{i}/score_samples", m.score_samples(few))
    if hasattr(m, "score"):
        put(f"{i}/score", m.score(few))
    if hasattr(m, "get_precision"):
        put(f"{i}/covariance", m.get_covariance()), put(f"{i}/precision", m.get_precision())
    if hasattr(m, "perplexity"):
        put(f"{i}/perplexity", m.perplexity(few))
print(len(rows), "rows")

exec((here / "make_learn_decomposition_functions.py").read_text())
with open(here / "learn_decomposition.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_decomposition.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in values) + "\n")
