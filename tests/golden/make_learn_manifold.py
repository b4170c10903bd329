"""Write learn_manifold.tsv: embeddings of scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.manifold import (MDS, TSNE, ClassicalMDS, Isomap, LocallyLinearEmbedding, SpectralEmbedding, smacof, spectral_embedding,
                              trustworthiness)
from sklearn.metrics import pairwise_distances

warnings.simplefilter("ignore")
np.random.seed(0)  # of eigen solvers that take no seed
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

# ---- a bent sheet of 240 rows, for what depends on neighbours; two sheets for graphs in two parts
z = np.random.RandomState(3).uniform(size=(240, 2))
sheet = np.round(np.c_[3 * z[:, 0], np.sin(3 * z[:, 0]), z[:, 1], z[:, 0] * z[:, 1]], 6)
put("sheet", sheet)
few = sheet[:40]
parts = np.vstack([few, few[:25] + [20, 0, 0, 1]])
fresh = np.round(sheet[:12] + 0.01, 6)
for name, options, rows in (("default", {}, x), ("more", {"n_neighbors": 10, "n_components": 3}, x), ("rbf", {"affinity": "rbf", "gamma": 0.3}, x),
                            ("sheet", {"n_neighbors": 12}, sheet), ("precomputed", {"affinity": "precomputed"}, np.exp(-pairwise_distances(x))),
                            ("distances", {"affinity": "precomputed_nearest_neighbors", "n_neighbors": 9}, pairwise_distances(x))):
    put(f"spectral/{name}", SpectralEmbedding(random_state=0, **options).fit(rows).embedding_)
a = np.exp(-pairwise_distances(x))
put("spectral/function", spectral_embedding(a, n_components=3, drop_first=False, random_state=0))
put("spectral/plain", spectral_embedding(a, n_components=2, norm_laplacian=False, random_state=0))
for name, options, rows in (("default", {}, x), ("sheet", {"n_neighbors": 8, "n_components": 3}, sheet), ("radius", {"n_neighbors": None, "radius": 0.9}, sheet),
                            ("manhattan", {"metric": "manhattan", "eigen_solver": "dense"}, sheet), ("parts", {"n_neighbors": 4}, parts),
                            ("power", {"p": 3, "n_neighbors": 9}, sheet)):
    m = Isomap(**options).fit(rows)
    key = f"isomap/{name}"
    put(f"{key}/embedding", m.embedding_), put(f"{key}/distances", m.dist_matrix_[:5]), put(f"{key}/error", m.reconstruction_error())
    if name != "default":
        put(f"{key}/transform", m.transform(fresh))
for method in ("standard", "modified", "hessian", "ltsa"):
    for solver in ("auto", "dense"):
        m = LocallyLinearEmbedding(n_neighbors=9, method=method, eigen_solver=solver, tol=1e-12, max_iter=1000, random_state=0).fit(sheet)
        key = f"lle/{method}_{solver}"
        put(f"{key}/embedding", m.embedding_), put(f"{key}/error", m.reconstruction_error_), put(f"{key}/transform", m.transform(fresh))
for name, options in (("default", {"init": "random"}), ("runs", {"n_init": 3, "max_iter": 40}), ("order", {"metric_mds": False}),
                      ("order_raw", {"metric_mds": False, "normalized_stress": False, "n_init": 2, "max_iter": 30}), ("classical", {"init": "classical_mds"}),
                      ("manhattan", {"metric": "manhattan", "n_components": 3, "normalized_stress": True})):
    m = MDS(random_state=5, **options).fit(few)
    key = f"mds/{name}"
    put(f"{key}/embedding", m.embedding_), put(f"{key}/stress", m.stress_), put(f"{key}/rounds", m.n_iter_)
m = ClassicalMDS(3).fit(few)
put("classical/embedding", m.embedding_), put("classical/values", m.eigenvalues_)
at, stress, rounds = smacof(np.round(pairwise_distances(few), 1), metric=False, init=few[:, :2], return_n_iter=True)
put("smacof/embedding", at), put("smacof/stress", stress), put("smacof/rounds", rounds)

# ---- UMAP is not scikit-learn's: what umap-learn 0.5.12 gave, m = umap.UMAP(random_state=0).fit(all digits)
put("umap/digits", 0.9899079672256693)  # trustworthiness(digits, m.embedding_)
put("umap/curve", [1.5769434602697652, 0.8950608778515733])  # m._a, m._b

with open(here / "learn_manifold.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_manifold.py\n")
    for k, v in out.items():
        f.write(k + "\t" + " ".join(repr(float(e)).removesuffix(".0") for e in v) + "\n")
