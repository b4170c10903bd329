"""Write learn_kernels.tsv: models and features of kernels of scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.decomposition import KernelPCA
from sklearn.kernel_approximation import AdditiveChi2Sampler, Nystroem, PolynomialCountSketch, RBFSampler, SkewedChi2Sampler
from sklearn.kernel_ridge import KernelRidge

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


r = np.random.RandomState(3)
x = np.round(r.standard_normal((30, 4)), 3)
new = np.round(r.standard_normal((7, 4)), 3)
y = np.round(np.column_stack([np.sin(x[:, 0]) + x[:, 1], x[:, 2] ** 2]), 4)
w = np.round(r.uniform(0.1, 2, 30), 3)
positive = np.abs(x)
positive[3, 1] = 0
put("x", x), put("new", new), put("y", y), put("w", w), put("positive", positive)

# ---- KernelRidge
for name, m in (("linear", KernelRidge()), ("rbf", KernelRidge(0.3, kernel="rbf", gamma=0.2)), ("poly", KernelRidge(kernel="poly", degree=2, coef0=0.5)),
                ("sigmoid", KernelRidge(2, kernel="sigmoid", gamma=0.01)), ("laplacian", KernelRidge(kernel="laplacian")), ("cosine", KernelRidge(kernel="cosine")),
                ("each", KernelRidge(alpha=[0.5, 3.0], kernel="rbf"))):
    for part, target, weight in (("two", y, None), ("one", y[:, 0], None), ("weighted", y, w)):
        if name == "each" and part == "one":
            continue
        m.fit(x, target, sample_weight=weight)
        put(f"ridge/{name}/{part}/dual", m.dual_coef_), put(f"ridge/{name}/{part}/predict", m.predict(new))
put("ridge/chi2/predict", KernelRidge(kernel="chi2", gamma=0.7).fit(positive, y).predict(np.abs(new)))
m = KernelRidge(0.5, kernel="precomputed").fit(x @ x.T + 1, y)
put("ridge/precomputed/predict", m.predict(new @ x.T + 1))
put("ridge/singular/predict", KernelRidge(0).fit(np.vstack([x, x]), np.vstack([y, y])).predict(new))

# functions of two rows
def falling(a, b):
    return np.exp(-0.3 * np.abs(a - b).sum())


def product(a, b):
    return (0.25 * a @ b + 1) ** 2


for name, m in (("formula", KernelRidge(0.3, kernel=falling)), ("function", KernelRidge(kernel=product))):
    m.fit(x, y, sample_weight=w)
    put(f"ridge/{name}/weighted/dual", m.dual_coef_), put(f"ridge/{name}/weighted/predict", m.predict(new))

# ---- features
for name, m, data in (("rbf", RBFSampler(n_components=9, random_state=1), x), ("scale", RBFSampler(gamma="scale", n_components=9, random_state=2), x),
                      ("skewed", SkewedChi2Sampler(skewedness=0.1, n_components=8, random_state=5), positive),
                      ("additive1", AdditiveChi2Sampler(sample_steps=1), positive), ("additive2", AdditiveChi2Sampler(), positive),
                      ("additive3", AdditiveChi2Sampler(sample_steps=3), positive), ("additive5", AdditiveChi2Sampler(sample_steps=5, sample_interval=0.2), positive),
                      ("sketch", PolynomialCountSketch(n_components=12, random_state=7), x), ("sketch1", PolynomialCountSketch(degree=1, n_components=5, random_state=7), x),
                      ("sketch3", PolynomialCountSketch(gamma=0.4, degree=3, coef0=0.6, n_components=11, random_state=8), x),
                      ("nystroem", Nystroem(n_components=10, random_state=3), x), ("nystroem_poly", Nystroem("poly", degree=2, coef0=1, n_components=30, random_state=0), x),
                      ("nystroem_chi2", Nystroem("chi2", gamma=0.5, n_components=6, random_state=9), positive), ("nystroem_more", Nystroem(gamma=0.6, n_components=99, random_state=9), x),
                      ("nystroem_formula", Nystroem(falling, n_components=10, random_state=3), x), ("nystroem_function", Nystroem(product, n_components=5, random_state=3), x)):
    put(f"features/{name}", m.fit(data).transform(np.abs(new) if data is positive else new))
put("features/nystroem/indices", Nystroem(n_components=10, random_state=3).fit(x).component_indices_)

# ---- KernelPCA
for name, m in (("linear", KernelPCA()), ("rbf", KernelPCA(4, kernel="rbf", gamma=0.2, fit_inverse_transform=True, alpha=0.1)),
                ("poly", KernelPCA(5, kernel="poly", degree=2, fit_inverse_transform=True)), ("cosine", KernelPCA(kernel="cosine", remove_zero_eig=True, n_components=9)),
                ("arpack", KernelPCA(3, kernel="rbf", eigen_solver="arpack", random_state=0)),
                ("randomized", KernelPCA(3, kernel="rbf", gamma=0.05, eigen_solver="randomized", random_state=4)),
                ("formula", KernelPCA(4, kernel=falling, fit_inverse_transform=True, alpha=0.2)), ("function", KernelPCA(3, kernel=product)),
                ("powers", KernelPCA(2, kernel="sigmoid", gamma=0.01, eigen_solver="randomized", iterated_power=6, random_state=4))):
    put(f"pca/{name}/fitted", m.fit_transform(x))
    put(f"pca/{name}/values", m.eigenvalues_), put(f"pca/{name}/vectors", m.eigenvectors_), put(f"pca/{name}/transform", m.transform(new))
    if m.fit_inverse_transform:
        put(f"pca/{name}/back", m.inverse_transform(m.transform(new)))
m = KernelPCA(3, kernel="precomputed").fit(x @ x.T)
put("pca/precomputed/transform", m.transform(new @ x.T))

many = np.vstack([x * (1 + i / 4) for i in range(8)])
for name, m in (("few", KernelPCA(3, kernel="rbf", random_state=0)), ("ten", KernelPCA(10, kernel="rbf"))):
    put(f"pca/{name}/fitted", m.fit_transform(many)), put(f"pca/{name}/values", m.eigenvalues_), put(f"pca/{name}/transform", m.transform(new))
put("pca/zeros/transform", KernelPCA(6).fit(x).transform(new))

with open(here / "learn_kernels.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_kernels.py\n")
    for k, v in out.items():
        f.write(k + "\t" + " ".join(repr(float(e)).removesuffix(".0") for e in v) + "\n")
