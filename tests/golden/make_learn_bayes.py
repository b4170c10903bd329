"""Write learn_bayes.tsv: naive Bayes of coins and categories, and batches of every naive Bayes class, by scikit-learn on the data
sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def put_model(key, m, x):
    if isinstance(m, CategoricalNB):
        put(f"{key}/counts", np.hstack(m.category_count_)), put(f"{key}/logs", np.hstack(m.feature_log_prob_)), put(f"{key}/categories", m.n_categories_)
    elif isinstance(m, GaussianNB):
        put(f"{key}/counts", m.class_count_), put(f"{key}/logs", m.theta_), put(f"{key}/var", m.var_)
    else:
        put(f"{key}/counts", m.feature_count_), put(f"{key}/logs", m.feature_log_prob_)
    put(f"{key}/prior", m.class_prior_ if isinstance(m, GaussianNB) else m.class_log_prior_)
    put(f"{key}/labels", m.predict(x)), put(f"{key}/log_proba", m.predict_log_proba(x[:9])), put(f"{key}/proba", m.predict_proba(x[:9]))


models = {
    "bernoulli": lambda d: BernoulliNB(binarize=2.0), "bernoulli_some": lambda d: BernoulliNB(alpha=0.05, force_alpha=False, binarize=1.0, fit_prior=False),
    "bernoulli_none": lambda d: BernoulliNB(binarize=None),
    "categorical": lambda d: CategoricalNB(), "categorical_some": lambda d: CategoricalNB(alpha=0.2, min_categories=20, class_prior=[0.2, 0.5, 0.3]),
    "categorical_each": lambda d: CategoricalNB(min_categories=10 + np.arange(d), fit_prior=False),
}
for n in ("iris", "wine_data"):
    x, y = data(n)
    x = np.minimum(x, 12)
    w = 0.5 + np.arange(len(y)) % 3
    for name, make in models.items():
        seen = (x > 2.5).astype(float) if name == "bernoulli_none" else x
        put_model(f"bayes/{n}/{name}/plain", make(x.shape[1]).fit(seen, y), seen)
        put_model(f"bayes/{n}/{name}/weighted", make(x.shape[1]).fit(seen, y, sample_weight=w), seen)

# four batches of mixed rows; the last class comes late, categories grow
x, y = data("iris")
order = np.argsort(y * 40 + (np.arange(150) * 67) % 150, kind="stable")
x, y = x[order], y[order]
w = 0.5 + np.arange(150) % 3
for name, make in (("gaussian", lambda: GaussianNB()), ("gaussian_priors", lambda: GaussianNB(priors=[0.2, 0.5, 0.3], var_smoothing=1e-3)), ("multinomial", lambda: MultinomialNB(alpha=0.5)),
                   ("complement", lambda: ComplementNB(norm=True)), ("bernoulli", lambda: BernoulliNB(binarize=1.6)), ("categorical", lambda: CategoricalNB(min_categories=8))):
    for case in ("plain", "weighted"):
        m = make()
        for i in range(4):
            rows = slice(i * 40, min(150, (i + 1) * 40))
            m.partial_fit(x[rows], y[rows], classes=[0, 1, 2] if i == 0 else None, sample_weight=None if case == "plain" else w[rows])
        put_model(f"batches/{name}/{case}", m, x)
put("batches/order", order)

with open(here / "learn_bayes.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_bayes.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
