"""Write learn.tsv: what scikit-learn computes on the data sets of tests/data.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1). Each line is a key, a tab and
numbers. Matrices are flattened in C order; the tests know their shapes.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from scipy.spatial.distance import cdist
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def data(name):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    return np.ascontiguousarray(m[:, :-1]), m[:, -1]


sets = {n: data(n) for n in ("iris", "wine_data", "breast_cancer", "digits", "diabetes")}
classified = ("iris", "wine_data", "breast_cancer", "digits")
weights = {n: 0.5 + np.arange(len(y)) % 3 for n, (x, y) in sets.items()}
standard = {n: StandardScaler().fit_transform(x) for n, (x, y) in sets.items()}

for n, (x, y) in sets.items():
    s = StandardScaler().fit(x)
    put(f"scaler/{n}/mean", s.mean_), put(f"scaler/{n}/var", s.var_), put(f"scaler/{n}/scale", s.scale_)
    s = StandardScaler().fit(x, sample_weight=weights[n])
    put(f"scaler/{n}/weighted_mean", s.mean_), put(f"scaler/{n}/weighted_var", s.var_)
    m = MinMaxScaler(feature_range=(-1, 2)).fit(x)
    put(f"minmax/{n}/min", m.min_), put(f"minmax/{n}/scale", m.scale_)
    put(f"minmax/{n}/last", m.transform(x)[-1])

for n, (x, y) in sets.items():
    for form, z in (("raw", x), ("std", standard[n])):
        p = PCA(svd_solver="full").fit(z)
        k = min(5, z.shape[1])
        put(f"pca/{n}/{form}/components", p.components_[:k])
        put(f"pca/{n}/{form}/variance", p.explained_variance_)
        put(f"pca/{n}/{form}/ratio", p.explained_variance_ratio_)
        put(f"pca/{n}/{form}/singular", p.singular_values_)
        p = PCA(n_components=k - 1, whiten=True, svd_solver="full").fit(z)
        put(f"pca/{n}/{form}/whitened", p.transform(z[:3])), put(f"pca/{n}/{form}/noise", p.noise_variance_)
        put(f"pca/{n}/{form}/share", PCA(n_components=0.9, svd_solver="full").fit(z).n_components_)
        put(f"pca/{n}/{form}/mle", PCA(n_components="mle", svd_solver="full").fit(z).n_components_)

x, y = sets["diabetes"]
both = np.column_stack([y, x[:, 0] * y])
for form, z in (("raw", x), ("std", standard["diabetes"])):
    for case, target, w in (("plain", y, None), ("weighted", y, weights["diabetes"]), ("two", both, None)):
        m = LinearRegression().fit(z, target, sample_weight=w)
        put(f"linear/{form}/{case}/coef", m.coef_), put(f"linear/{form}/{case}/intercept", m.intercept_)
        put(f"linear/{form}/{case}/singular", m.singular_), put(f"linear/{form}/{case}/rank", m.rank_)
        for alpha in ((0.5,), (0.1, 10.0)):
            if len(alpha) == 2 and case != "two":
                continue
            m = Ridge(alpha=list(alpha) if len(alpha) == 2 else alpha[0]).fit(z, target, sample_weight=w)
            put(f"ridge/{form}/{case}/{len(alpha)}/coef", m.coef_), put(f"ridge/{form}/{case}/{len(alpha)}/intercept", m.intercept_)
m = LinearRegression(fit_intercept=False).fit(x, y)
put("linear/no_intercept/coef", m.coef_)
m = Ridge(alpha=2.0).fit(standard["diabetes"][:6], y[:6])
put("ridge/wide/coef", m.coef_), put("ridge/wide/intercept", m.intercept_)
m = LinearRegression().fit(np.column_stack([x, x[:, 2] + x[:, 3]]), y)
put("linear/deficient/coef", m.coef_), put("linear/deficient/rank", m.rank_)

for n in classified:
    x, y = sets[n]
    for form, z in (("raw", x), ("std", standard[n])):
        m = LogisticRegression().fit(z, y)
        put(f"logistic/{n}/{form}/labels", m.predict(z)), put(f"logistic/{n}/{form}/n_iter", m.n_iter_)
    m = LogisticRegression(tol=1e-12, max_iter=20000).fit(standard[n], y)
    put(f"logistic/{n}/tight/coef", m.coef_), put(f"logistic/{n}/tight/intercept", m.intercept_)
    put(f"logistic/{n}/tight/proba", m.predict_proba(standard[n][:3]))
x, y = sets["wine_data"]
z = standard["wine_data"]
m = LogisticRegression(tol=1e-12, max_iter=20000, class_weight="balanced", C=0.3).fit(z, y, sample_weight=weights["wine_data"])
put("logistic/balanced/coef", m.coef_), put("logistic/balanced/intercept", m.intercept_)
m = LogisticRegression(tol=1e-12, max_iter=20000, class_weight={0: 2.0, 2: 0.5}, fit_intercept=False).fit(z, y)
put("logistic/dict/coef", m.coef_)
x, y = sets["diabetes"]
m = LogisticRegression(C=np.inf, tol=1e-12, max_iter=20000).fit(standard["diabetes"], y > np.median(y))
put("logistic/no_penalty/coef", m.coef_), put("logistic/no_penalty/intercept", m.intercept_)

for n, k in (("iris", 3), ("wine_data", 3), ("digits", 10)):
    x, y = sets[n]
    for form, z in (("raw", x), ("std", standard[n])):
        for seed in (0, 1, 2):
            m = KMeans(k, random_state=seed).fit(z)
            put(f"kmeans/{n}/{form}/{seed}/labels", m.labels_), put(f"kmeans/{n}/{form}/{seed}/inertia", m.inertia_)
            put(f"kmeans/{n}/{form}/{seed}/n_iter", m.n_iter_)
            if n != "digits":
                put(f"kmeans/{n}/{form}/{seed}/centres", m.cluster_centers_)
    m = KMeans(k, init="random", n_init=3, random_state=7).fit(standard[n], sample_weight=weights[n])
    put(f"kmeans/{n}/random/labels", m.labels_), put(f"kmeans/{n}/random/inertia", m.inertia_)

for n in classified:
    x, y = sets[n]
    for form, z in (("raw", x), ("std", standard[n])):
        a, b, ya, yb = train_test_split(z, y, random_state=0)
        ia, ib = train_test_split(np.arange(len(y)), random_state=0)
        put(f"split/{n}/train", ia), put(f"split/{n}/test", ib)
        for case, options in (("uniform", {}), ("distance", {"weights": "distance", "n_neighbors": 7}), ("p1", {"p": 1})):
            m = KNeighborsClassifier(algorithm="brute", **options).fit(a, ya)
            k = m.n_neighbors
            d = np.sort(cdist(b, a, metric="cityblock" if case == "p1" else "euclidean"), axis=1)  # exact: differences
            put(f"knn/{n}/{form}/{case}/labels", m.predict(b))
            put(f"knn/{n}/{form}/{case}/tied", np.abs(d[:, k - 1] - d[:, k]) <= 1e-9 * d[:, k])
            put(f"knn/{n}/{form}/{case}/distances", d[:3, :k])
        m = GaussianNB().fit(z, y, sample_weight=weights[n])
        put(f"nb/{n}/{form}/theta", m.theta_), put(f"nb/{n}/{form}/var", m.var_), put(f"nb/{n}/{form}/prior", m.class_prior_)
        put(f"nb/{n}/{form}/epsilon", m.epsilon_)
        put(f"nb/{n}/{form}/labels", m.predict(z)), put(f"nb/{n}/{form}/log_proba", m.predict_log_proba(z[:3]))

x, y = sets["digits"]
a, b, ya, yb = train_test_split(x, y, test_size=0.25, random_state=0)
pipe = make_pipeline(StandardScaler(), PCA(n_components=40), LogisticRegression()).fit(a, ya)
put("pipeline/labels", pipe.predict(b)), put("pipeline/accuracy", pipe.score(b, yb)), put("pipeline/n_iter", pipe[-1].n_iter_)

rng = np.random.RandomState(3)
t, p = rng.randint(0, 4, 60), rng.randint(0, 4, 60)
p[:30] = t[:30]
w, score = rng.random_sample(60), np.round(rng.random_sample((60, 4)), 1) + 0.05
proba = score / score.sum(axis=1, keepdims=True)
t2, p2 = (t > 1).astype(int), (p > 1).astype(int)
put("metrics/true", t), put("metrics/pred", p), put("metrics/weight", w), put("metrics/proba", proba)
for case, sw in (("plain", None), ("weighted", w)):
    f = f"metrics/{case}/"
    put(f + "accuracy", metrics.accuracy_score(t, p, sample_weight=sw))
    for average in ("micro", "macro", "weighted"):
        prf = metrics.precision_recall_fscore_support(t, p, average=average, sample_weight=sw)[:3]
        put(f + average, prf)
        prf = metrics.precision_recall_fscore_support(t, p, average=average, sample_weight=sw, labels=[3, 1])[:3]
        put(f + average + "_two", prf)
    put(f + "binary", metrics.precision_recall_fscore_support(t2, p2, average="binary", sample_weight=sw)[:3])
    put(f + "per_class", metrics.precision_recall_fscore_support(t, p, sample_weight=sw))
    put(f + "confusion", metrics.confusion_matrix(t, p, sample_weight=sw))
    put(f + "confusion_two", metrics.confusion_matrix(t, p, sample_weight=sw, labels=[3, 1]))
    put(f + "log_loss", metrics.log_loss(t, proba, sample_weight=sw))
    put(f + "log_loss_binary", metrics.log_loss(t2, proba[:, 0], sample_weight=sw))
    put(f + "roc_auc", metrics.roc_auc_score(t2, score[:, 0], sample_weight=sw))
    put(f + "roc_auc_ovr", metrics.roc_auc_score(t, proba, multi_class="ovr", sample_weight=sw))
    put(f + "roc_auc_ovr_weighted", metrics.roc_auc_score(t, proba, multi_class="ovr", average="weighted", sample_weight=sw))
    put(f + "mse", metrics.mean_squared_error(score[:, :2], proba[:, :2], sample_weight=sw))
    put(f + "r2", metrics.r2_score(score[:, :2], proba[:, :2], sample_weight=sw))
put("metrics/score", score)

with open(here / "learn.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
