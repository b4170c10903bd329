"""Write learn_spectral.tsv: spectral clusterers of scikit-learn, their labels in the order of the first rows that have them.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; the cases are the lines of learn_spectral_cases.def.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import SpectralBiclustering, SpectralClustering, SpectralCoclustering  # noqa: F401 (named by the cases)
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent


def data(name, how):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)[:, :-1]
    if how == "PLAIN_ROWS":
        return m[:, m.sum(axis=0) > 0]
    if how == "PLAIN" or name == "digits":
        return m
    m = StandardScaler().fit_transform(m)
    if how == "MATRIX" or how == "ALIKE":
        m = pairwise_distances(m, metric="chebyshev")  # the same to the last bit anywhere
    return np.exp(-m) if how == "ALIKE" else m


def ordered(label):
    number = {}
    return [number.setdefault(v, len(number)) for v in label]


lines = []
for line in (here / "learn_spectral_cases.def").read_text().splitlines():
    found = re.fullmatch(r'CASE\((\w+), (\w+), (\w+), "(.*)"\)', line)
    if not found:
        continue
    name, set_, how, spec = found.groups()
    m = eval(spec)
    if ":" in getattr(m, "affinity", ""):  # a formula of two rows, which Calx takes as it is
        m.set_params(affinity=eval("lambda " + m.affinity, vars(np)))
    m.fit(data(set_, how))
    for attr in ("labels_", "row_labels_", "column_labels_"):
        if hasattr(m, attr):
            lines.append(f"{name}/{attr}\t" + " ".join(str(v) for v in ordered(getattr(m, attr))))
    if hasattr(m, "rows_"):
        lines.append(f"{name}/shape\t" + " ".join(str(v) for v in m.rows_.shape + m.columns_.shape))
(here / "learn_spectral.tsv").write_text(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_spectral.py\n" + "\n".join(lines) + "\n")
