"""Write learn_manifold.tsv: embeddings of scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.manifold import TSNE, trustworthiness

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


# ---- t-SNE: some small steps, which rounding does not lead apart; trees without exaggeration, under which the points would fall into one,
# as scikit-learn's trees do not tell points apart that are closer than 1e-6
x = np.round(np.random.RandomState(5).standard_normal((60, 5)), 4)
put("tsne/x", x)
for d in (1, 2, 3):
    first = np.round(np.random.RandomState(d).standard_normal((60, d)), 3)
    put(f"tsne/first{d}", first)
    for name, options in (("exact", {"method": "exact"}), ("manhattan", {"method": "exact", "metric": "manhattan", "perplexity": 10}),
                          ("tree", {"angle": 0.0, "perplexity": 10, "early_exaggeration": 1.0}), ("cosine", {"angle": 0.0, "perplexity": 10, "metric": "cosine", "early_exaggeration": 1.0})):
        m = TSNE(d, init=first, learning_rate=0.5, min_grad_norm=1e3, **options).fit(x)
        key = f"tsne/{name}{d}"
        put(f"{key}/embedding", m.embedding_), put(f"{key}/divergence", m.kl_divergence_), put(f"{key}/rounds", m.n_iter_)
for name, options in (("random", {"init": "random", "random_state": 7}), ("pca", {})):
    m = TSNE(method="exact", learning_rate=0.01, min_grad_norm=1e3, **options).fit(x)
    put(f"tsne/{name}/embedding", m.embedding_)
digits = data("digits")[0][:400]
m = TSNE(random_state=0).fit(digits)
put("tsne/digits", [m.kl_divergence_, trustworthiness(digits, m.embedding_)])

# ---- trustworthiness
put("trust/five", trustworthiness(x, x[:, :2]))
put("trust/one", trustworthiness(x, x[:, :2], n_neighbors=1))
put("trust/manhattan", trustworthiness(x, x[:, 1:4], n_neighbors=12, metric="manhattan"))
put("trust/precomputed", trustworthiness(np.abs(x[:, :1] - x[:, 0]), x[:, 1:], metric="precomputed"))

with open(here / "learn_manifold.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_manifold.py\n")
    for k, v in out.items():
        f.write(k + "\t" + " ".join(repr(float(e)).removesuffix(".0") for e in v) + "\n")
