"""Write learn_gp.tsv: Gaussian processes of scikit-learn.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (RBF, ConstantKernel, DotProduct, Exponentiation, ExpSineSquared, Matern, PairwiseKernel, Product,
                                             RationalQuadratic, Sum, WhiteKernel)

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}
inf = np.inf
names = (RBF, ConstantKernel, DotProduct, Exponentiation, ExpSineSquared, Matern, PairwiseKernel, Product, RationalQuadratic, Sum, WhiteKernel)


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


r = np.random.RandomState(11)
x = np.round(r.uniform(-3, 3, (24, 2)), 3)
new = np.round(r.uniform(-3, 3, (6, 2)), 3)
y = np.round(np.column_stack([np.sin(x[:, 0]) + 0.3 * x[:, 1] + 0.1 * r.standard_normal(24), np.cos(x[:, 1]) + 2 + 0.1 * r.standard_normal(24)]), 4)
noise = np.round(r.uniform(0.01, 0.3, 24), 3)
put("x", x), put("new", new), put("y", y), put("noise", noise)

# each line of kernels.def is the text that both sides read
texts = [line.split('"')[1] for line in (here / "learn_gp_kernels.def").read_text().splitlines() if line.startswith("KERNEL")]
for i, text in enumerate(texts):
    kernel = eval(text)
    m = GaussianProcessRegressor(kernel, alpha=0.02, optimizer=None).fit(x, y)
    lml, gradient = m.log_marginal_likelihood(m.kernel_.theta, eval_gradient=True)
    mean, cov = m.predict(new, return_cov=True)
    std = m.predict(new, return_std=True)[1]
    put(f"{i}/theta", m.kernel_.theta), put(f"{i}/lml", lml), put(f"{i}/gradient", gradient)
    put(f"{i}/kernel", kernel(x, new)), put(f"{i}/diag", kernel.diag(x))
    put(f"{i}/mean", mean), put(f"{i}/cov", cov), put(f"{i}/std", std)

for name, m, target in (("plain", GaussianProcessRegressor(alpha=0.05), y[:, 0]),
                        ("white", GaussianProcessRegressor(1.0 * RBF(1.0) + WhiteKernel(0.1), normalize_y=True), y),
                        ("scales", GaussianProcessRegressor(1.0 * Matern([1.0, 2.0], nu=2.5) + WhiteKernel(0.1), normalize_y=True, n_restarts_optimizer=2, random_state=0), y[:, 0]),
                        ("each", GaussianProcessRegressor(RBF(1.5), alpha=noise), y[:, 0]),
                        ("bound", GaussianProcessRegressor(1.0 * RBF(1.0, (0.1, 0.7)), alpha=0.1), y[:, 0])):
    m.fit(x, target)
    put(f"{name}/theta", m.kernel_.theta), put(f"{name}/lml", m.log_marginal_likelihood_value_)
    put(f"{name}/mean", m.predict(new)), put(f"{name}/std", m.predict(new, return_std=True)[1])
    put(f"{name}/samples", m.sample_y(new, 3, random_state=5))

# ---- classes: y's first column, cut where noise makes classes overlap
cut = y[:, 0] + 0.8 * r.standard_normal(24)
two, three = (cut > 0).astype(int), np.digitize(cut, [-0.6, 0.6])
put("two", two), put("three", three)
for i in (0, 1, 6, 11):
    m = GaussianProcessClassifier(eval(texts[i]), optimizer=None).fit(x, two)
    lml, gradient = m.log_marginal_likelihood(m.kernel_.theta, eval_gradient=True)
    mean, var = m.latent_mean_and_variance(new)
    put(f"laplace/{i}/lml", lml), put(f"laplace/{i}/gradient", gradient), put(f"laplace/{i}/mean", mean)
    put(f"laplace/{i}/var", var), put(f"laplace/{i}/proba", m.predict_proba(new)), put(f"laplace/{i}/predict", m.predict(new))

for name, m, target in (("prior", GaussianProcessClassifier(), two),
                        ("search", GaussianProcessClassifier(1.0 * RBF(1.0)), two),
                        ("short", GaussianProcessClassifier(2.0 * RBF(1.5), max_iter_predict=2), two),
                        ("warm", GaussianProcessClassifier(1.0 * RBF([1.0, 2.0]), warm_start=True), two),
                        ("again", GaussianProcessClassifier(1.0 * RBF(1.0, (0.2, 2.0)), n_restarts_optimizer=3, random_state=3), two),
                        ("rest", GaussianProcessClassifier(1.0 * RBF(1.0)), three),
                        ("pairs", GaussianProcessClassifier(1.0 * RBF(1.0), multi_class="one_vs_one"), three)):
    m.fit(x, target)
    put(f"{name}/lml", m.log_marginal_likelihood_value_), put(f"{name}/predict", m.predict(new))
    if m.kernel_.theta.size:
        put(f"{name}/theta", m.kernel_.theta)
    if name != "pairs":
        put(f"{name}/proba", m.predict_proba(new))
    if target is three:
        put(f"{name}/same", m.log_marginal_likelihood(np.array([0.1, 0.3])))
        put(f"{name}/each", m.log_marginal_likelihood(np.array([0.1, 0.3, -0.2, 0.4, 0.5, 0.0])))

with open(here / "learn_gp.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_gp.py\n")
    for k, v in out.items():
        f.write(k + "\t" + " ".join(repr(float(e)).removesuffix(".0") for e in v) + "\n")
