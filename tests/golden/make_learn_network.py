"""Write learn_network.tsv: multi-layer perceptrons and restricted Boltzmann machines by scikit-learn on the data sets of tests/data.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.neural_network import BernoulliRBM, MLPClassifier, MLPRegressor

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


def put_model(key, m, x):
    put(f"{key}/coefs", np.concatenate([c.ravel() for c in m.coefs_])), put(f"{key}/intercepts", np.concatenate(m.intercepts_))
    put(f"{key}/counts", [m.n_iter_, m.t_]), put(f"{key}/loss", m.loss_)
    if m.solver != "lbfgs":
        put(f"{key}/curve", m.loss_curve_)
        if m.early_stopping:
            put(f"{key}/validation", m.validation_scores_), put(f"{key}/best", m.best_validation_score_)
        else:
            put(f"{key}/best", m.best_loss_)
    put(f"{key}/predict", m.predict(x[:40]))
    if isinstance(m, MLPClassifier):
        put(f"{key}/proba", m.predict_proba(x[:9]))


def weights(y):
    return 0.5 + np.arange(len(y)) % 3


(iris, kind), (diabetes, grade) = data("iris"), data("diabetes")
iris = (iris - iris.mean(axis=0)) / iris.std(axis=0)
diabetes = (diabetes - diabetes.mean(axis=0)) / diabetes.std(axis=0)
grade = grade / 100
put("iris", iris), put("diabetes", diabetes), put("grade", grade)
two, marks = (kind == 1).astype(int), np.column_stack([kind == 1, iris[:, 0] > 0.3, kind != 0]).astype(int)
both = np.column_stack([grade, diabetes[:, 2] + 0.3 * grade])
classifiers = {
    "adam": {"max_iter": 12}, "tanh": {"hidden_layer_sizes": (7, 5), "activation": "tanh", "batch_size": 32, "max_iter": 9},
    "logistic": {"activation": "logistic", "hidden_layer_sizes": 9, "max_iter": 8, "alpha": 0.1},
    "identity": {"activation": "identity", "hidden_layer_sizes": [6], "max_iter": 8, "shuffle": False, "batch_size": 40},
    "sgd": {"solver": "sgd", "max_iter": 10, "learning_rate_init": 0.05}, "plain": {"solver": "sgd", "nesterovs_momentum": False, "learning_rate": "invscaling", "max_iter": 10, "learning_rate_init": 0.2, "hidden_layer_sizes": 8},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "max_iter": 40, "tol": 0.02, "n_iter_no_change": 2, "learning_rate_init": 0.1, "hidden_layer_sizes": 8},
    "early": {"early_stopping": True, "max_iter": 12, "hidden_layer_sizes": 10, "learning_rate_init": 0.01, "n_iter_no_change": 4, "validation_fraction": 0.2},
    "lbfgs": {"solver": "lbfgs", "max_iter": 12, "hidden_layer_sizes": 6},
}
for name, options in classifiers.items():
    put_model(f"classifier/three/{name}", MLPClassifier(random_state=1, **options).fit(iris, kind), iris)
    if name in ("adam", "early", "lbfgs", "sgd"):
        put_model(f"classifier/two/{name}", MLPClassifier(random_state=2, **options).fit(iris, two), iris)
        put_model(f"classifier/marks/{name}", MLPClassifier(random_state=3, **options).fit(iris, marks), iris)
        put_model(f"classifier/weighted/{name}", MLPClassifier(random_state=1, **options).fit(iris, kind, sample_weight=weights(kind)), iris)
for name in ("adam", "tanh", "early", "lbfgs", "sgd"):
    options = dict(classifiers[name])
    if name == "sgd":
        options["learning_rate_init"] = 0.01
    put_model(f"regressor/one/{name}", MLPRegressor(random_state=1, **options).fit(diabetes, grade), diabetes)
    put_model(f"regressor/both/{name}", MLPRegressor(random_state=2, **options).fit(diabetes, both, sample_weight=weights(grade)), diabetes)
put_model("regressor/one/poisson", MLPRegressor(loss="poisson", random_state=1, max_iter=10, hidden_layer_sizes=8).fit(diabetes, grade), diabetes)

for solver in ("adam", "sgd"):
    m = MLPClassifier(8, solver=solver, random_state=4)
    for i in range(6):
        rows = slice((i % 3) * 50, (i % 3) * 50 + 50)
        m.partial_fit(iris[rows], kind[rows], classes=[0, 1, 2] if i == 0 else None)
    put_model(f"partial/{solver}", m, iris)
    m = MLPClassifier(8, solver=solver, random_state=4, warm_start=True, max_iter=4)
    m.fit(iris, kind)
    put_model(f"warm/{solver}", m.fit(iris, kind), iris)

digits = data("digits")[0][:120] / 16
m = BernoulliRBM(n_components=12, learning_rate=0.06, batch_size=25, n_iter=4, random_state=0).fit(digits)
put("rbm/fit/components", m.components_), put("rbm/fit/hidden", m.intercept_hidden_), put("rbm/fit/visible", m.intercept_visible_)
put("rbm/fit/samples", m.h_samples_), put("rbm/fit/transform", m.transform(digits[:9])), put("rbm/fit/score", m.score_samples(digits[:9]))
m = BernoulliRBM(n_components=7, batch_size=30, random_state=3)
for i in range(4):
    m.partial_fit(digits[i * 30:i * 30 + 30])
put("rbm/partial/components", m.components_), put("rbm/partial/hidden", m.intercept_hidden_), put("rbm/partial/visible", m.intercept_visible_)

with open(here / "learn_network.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_network.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
