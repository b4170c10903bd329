"""Write learn_metrics.tsv: scores, distances and kernels as scikit-learn has them.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers. Matrices
are flattened in C order; texts are the numbers of their characters.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m
from sklearn.metrics import cluster, pairwise

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}


def put(key, values):
    if isinstance(values, str):
        values = [ord(c) for c in values]
    assert key not in out, key
    values = np.asarray(values, dtype=np.float64).ravel()
    out[key] = np.where(np.isfinite(values), values, 1e300)


rng = np.random.RandomState(5)
n = 60
t, p = rng.randint(0, 4, n), rng.randint(0, 4, n)
p[:25] = t[:25]
w = rng.randint(1, 64, n) / 64  # sums of them are exact in any order
w[7] = 0
score = rng.random_sample((n, 4)).round(1) + 0.05
score[np.arange(n), t] += 0.3
proba = score / score.sum(axis=1, keepdims=True)
t2, p2 = (t > 1).astype(int), (p > 1).astype(int)
mt, mp = (rng.random_sample((n, 4)) < 0.4).astype(int), (rng.random_sample((n, 4)) < 0.4).astype(int)
mt[:20] = mp[:20]
mt[3] = mp[3] = 0
y, q = rng.normal(size=(n, 3)).round(3), rng.normal(size=(n, 3)).round(3)
q += y
pos_y, pos_q = np.exp(y[:, 0]).round(3), np.exp(q[:, 0] / 2).round(3)
for key, v in dict(t=t, p=p, w=w, score=score, proba=proba, mt=mt, mp=mp, y=y, q=q, pos_y=pos_y, pos_q=pos_q).items():
    put("data/" + key, v)

averages = ("micro", "macro", "weighted")
for form, sw in (("plain", None), ("weighted", w)):
    k = form + "/"
    o = dict(sample_weight=sw)
    for name, a, b in (("labels", t, p), ("matrix", mt, mp)):
        put(k + f"{name}/accuracy", m.accuracy_score(a, b, **o))
        put(k + f"{name}/accuracy_total", m.accuracy_score(a, b, normalize=False, **o))
        put(k + f"{name}/zero_one", m.zero_one_loss(a, b, **o))
        put(k + f"{name}/zero_one_total", m.zero_one_loss(a, b, normalize=False, **o))
        put(k + f"{name}/hamming", m.hamming_loss(a, b, **o))
        for average in averages + (("samples",) if name == "matrix" else ()):
            for fn, f, extra in (("f1", m.f1_score, {}), ("fbeta", m.fbeta_score, {"beta": 0.5}), ("precision", m.precision_score, {}),
                                 ("recall", m.recall_score, {}), ("jaccard", m.jaccard_score, {})):
                put(k + f"{name}/{fn}/{average}", f(a, b, average=average, zero_division=0, **extra, **o))
                put(k + f"{name}/{fn}/{average}_two", f(a, b, average=average, labels=[3, 1], zero_division=1, **extra, **o))
        for fn, f, extra in (("f1", m.f1_score, {}), ("fbeta", m.fbeta_score, {"beta": 0.5}), ("precision", m.precision_score, {}),
                             ("recall", m.recall_score, {}), ("jaccard", m.jaccard_score, {})):
            put(k + f"{name}/{fn}/each", f(a, b, average=None, **extra, **o))
        put(k + f"{name}/mcm", m.multilabel_confusion_matrix(a, b, **o))
        put(k + f"{name}/report", m.classification_report(a, b, zero_division=0, **o))
        put(k + f"{name}/report_some", m.classification_report(a, b, labels=[2, 0], target_names=["second one here", "first"], digits=4, zero_division=0, **o))
    put(k + "matrix/mcm_samples", m.multilabel_confusion_matrix(mt, mp, samplewise=True, **o))
    put(k + "binary/f1", m.f1_score(t2, p2, **o))
    put(k + "binary/f1_zero", m.f1_score(t2, p2, pos_label=0, **o))
    put(k + "binary/fbeta", m.fbeta_score(t2, p2, beta=2, **o))
    put(k + "binary/jaccard", m.jaccard_score(t2, p2, **o))
    put(k + "balanced", [m.balanced_accuracy_score(t, p, **o), m.balanced_accuracy_score(t, p, adjusted=True, **o)])
    put(k + "mcc", [m.matthews_corrcoef(t, p, **o), m.matthews_corrcoef(t2, p2, **o)])
    put(k + "kappa", [m.cohen_kappa_score(t, p, **o), m.cohen_kappa_score(t, p, weights="linear", **o),
                      m.cohen_kappa_score(t, p, weights="quadratic", **o), m.cohen_kappa_score(t, p, labels=[2, 0, 1], weights="linear", **o)])
    for how in ("true", "pred", "all"):
        put(k + f"confusion/{how}", m.confusion_matrix(t, p, normalize=how, **o))
    put(k + "log_loss", [m.log_loss(t, proba, **o), m.log_loss(t, proba, normalize=False, **o), m.log_loss(t2, proba[:, 0], **o)])
    put(k + "brier", [m.brier_score_loss(t, proba, **o), m.brier_score_loss(t2, proba[:, 0], **o), m.brier_score_loss(t2, proba[:, 0], pos_label=0, **o),
                      m.brier_score_loss(t, proba, scale_by_half=True, **o)])
    put(k + "d2", [m.d2_log_loss_score(t, proba, **o), m.d2_log_loss_score(t2, proba[:, 0], **o), m.d2_brier_score(t, proba, **o),
                   m.d2_brier_score(t2, proba[:, 0], **o), m.d2_brier_score(t2, proba[:, 0], pos_label=0, **o)])
    put(k + "ratios", [m.class_likelihood_ratios(t2, p2, **o), m.class_likelihood_ratios(t2, p2, labels=[1, 0], **o)])
    put(k + "hinge", [m.hinge_loss(t, 3 * score, **o), m.hinge_loss(t2, score[:, 0] * 4 - 2, **o)])
    for name, kw in (("roc", {}), ("roc_all", {"drop_intermediate": False})):
        for part, v in zip(("fpr", "tpr", "thresholds"), m.roc_curve(t2, score[:, 1], **kw, **o)):
            put(k + f"{name}/{part}", np.where(np.isinf(v), 1e300, v))
    for name, kw in (("pr", {}), ("pr_drop", {"drop_intermediate": True})):
        for part, v in zip(("precision", "recall", "thresholds"), m.precision_recall_curve(t2, score[:, 1], **kw, **o)):
            put(k + f"{name}/{part}", v)
    put(k + "roc_auc", [m.roc_auc_score(t2, score[:, 1], **o), m.roc_auc_score(t2, score[:, 1], max_fpr=0.3, **o), m.roc_auc_score(t2, score[:, 1], max_fpr=0.77, **o)])
    for average in averages:
        put(k + f"roc_auc_ovr/{average}", m.roc_auc_score(t, proba, multi_class="ovr", average=average, **o))
        put(k + f"ap/{average}", m.average_precision_score(t, score, average=average, **o))
    put(k + "roc_auc_ovr/each", m.roc_auc_score(t, proba, multi_class="ovr", average=None, **o))
    put(k + "ap/each", m.average_precision_score(t, score, average=None, **o))
    put(k + "ap/two", [m.average_precision_score(t2, score[:, 1], **o), m.average_precision_score(t2, score[:, 1], pos_label=0, **o)])
    some = (mt.sum(axis=1) > 0) & (mt.sum(axis=1) < 4)
    for average in averages + ("samples",):
        so = dict(sample_weight=None if sw is None else sw[some])
        put(k + f"roc_auc_matrix/{average}", m.roc_auc_score(mt[some], score[some], average=average, **so))
        put(k + f"ap_matrix/{average}", m.average_precision_score(mt[some], score[some], average=average, **so))
    put(k + "top_k", [m.top_k_accuracy_score(t, score, **o), m.top_k_accuracy_score(t, score, k=1, **o), m.top_k_accuracy_score(t, score, k=3, normalize=False, **o),
                      m.top_k_accuracy_score(t2, proba[:, 0] * 2, k=1, **o)])
    gains = np.abs(y)
    put(k + "dcg", [m.dcg_score(gains, score[:, :3], **o), m.dcg_score(gains, score[:, :3], k=2, **o), m.dcg_score(gains, score[:, :3], log_base=3, **o),
                    m.dcg_score(gains, q, ignore_ties=True, **o)])
    put(k + "ndcg", [m.ndcg_score(gains, score[:, :3], **o), m.ndcg_score(gains, score[:, :3], k=1, **o), m.ndcg_score(gains, q, ignore_ties=True, **o),
                     m.ndcg_score(mt, score, **o)])

    regression = dict(mean_absolute_error=m.mean_absolute_error, mean_squared_error=m.mean_squared_error, root_mean_squared_error=m.root_mean_squared_error,
                      mean_absolute_percentage_error=m.mean_absolute_percentage_error, median_absolute_error=m.median_absolute_error,
                      mean_pinball_loss=m.mean_pinball_loss, r2_score=m.r2_score, explained_variance_score=m.explained_variance_score,
                      d2_absolute_error_score=m.d2_absolute_error_score)
    for name, f in regression.items():
        put(k + f"numbers/{name}", [f(y, q, **o), f(y[:, 0], q[:, 0], **o), f(y, q, multioutput=[1, 2, 0.5], **o)])
        put(k + f"numbers/{name}/each", f(y, q, multioutput="raw_values", **o))
    for name, f in dict(mean_squared_log_error=m.mean_squared_log_error, root_mean_squared_log_error=m.root_mean_squared_log_error).items():
        put(k + f"numbers/{name}", [f(np.abs(y), np.abs(q), **o), f(pos_y, pos_q, **o), f(np.abs(y), np.abs(q), multioutput=[1, 2, 0.5], **o)])
        put(k + f"numbers/{name}/each", f(np.abs(y), np.abs(q), multioutput="raw_values", **o))
    put(k + "numbers/variance", [m.r2_score(y, q, multioutput="variance_weighted", **o), m.explained_variance_score(y, q, multioutput="variance_weighted", **o)])
    put(k + "numbers/pinball", [m.mean_pinball_loss(y, q, alpha=0.9, **o), m.mean_pinball_loss(y, q, alpha=0.0, **o)])
    put(k + "numbers/tweedie", [m.mean_tweedie_deviance(pos_y, pos_q, power=v, **o) for v in (-1, 0, 1, 1.5, 2, 3)])
    put(k + "numbers/poisson", [m.mean_poisson_deviance(np.floor(pos_y), pos_q, **o), m.mean_gamma_deviance(pos_y, pos_q, **o)])
flat = np.column_stack([y[:, 0], np.full(n, 2.0), np.full(n, 2.0)])
near = np.column_stack([q[:, 0], np.full(n, 2.0), q[:, 2]])
for name in ("r2_score", "explained_variance_score", "d2_absolute_error_score"):
    f = getattr(m, name)
    put(f"flat/{name}", [f(flat, near)] + ([] if name[0] == "d" else [f(flat, near, multioutput="variance_weighted")]))
    put(f"flat/{name}/each", f(flat, near, multioutput="raw_values"))
put("flat/near", near)
put("max_error", m.max_error(y[:, 0], q[:, 0]))
put("auc", [m.auc([0, 0.1, 0.5, 1], [0, 0.4, 0.7, 1]), m.auc([3, 2, 2, 0.5], [1, 4, 5, 2])])

# ---- edges
missing = np.where(p == 2, 1, p)  # nobody predicts 2; somebody predicts 5
missing[4] = 5
put("data/missing", missing)
for average in averages:
    put(f"edges/nan/{average}", [f(t, missing, average=average, zero_division=np.nan, labels=v) for f in (m.precision_score, m.recall_score, m.f1_score)
                                 for v in (None, [2, 9], [0, 1, 2, 5])])
    put(f"edges/jaccard/{average}", [m.jaccard_score(t, missing, average=average, labels=v, zero_division=1) for v in (None, [2, 9])])
put("edges/nan/samples", [f(mt, mp, average="samples", zero_division=np.nan, sample_weight=v) for f in (m.precision_score, m.recall_score, m.f1_score) for v in (None, w)])
put("edges/each", m.precision_recall_fscore_support(t, missing, labels=[9, 2, 5, 0], zero_division=1)[:3])
put("edges/confusion", m.confusion_matrix(t, missing, labels=[9, 2, 5, 0]))
put("edges/balanced", m.balanced_accuracy_score(missing, t))
put("edges/kappa", [m.cohen_kappa_score(t, missing), m.cohen_kappa_score([1, 1, 1], [1, 1, 1], replace_undefined_by=0.25)])
put("edges/mcc", [m.matthews_corrcoef(t, missing), m.matthews_corrcoef(np.zeros(5), np.arange(5))])
put("edges/log_loss", [m.log_loss([3, 3, 1], proba[:3], labels=[0, 1, 2, 3]), m.log_loss([1, 1], [0.3, 0.9], labels=[0, 1]), m.log_loss(t, proba.astype(np.float32)),
                       m.log_loss([0, 1], [[1, 0], [0.5, 0.5]])])
put("edges/brier", [m.brier_score_loss([3, 3, 1], proba[:3], labels=[0, 1, 2, 3]), m.brier_score_loss([-1, 1, 1], [0.3, 0.8, 0.1]),
                    m.brier_score_loss(["b", "a", "b"], [0.3, 0.8, 0.1], pos_label="b")])
put("edges/roc_auc", [m.roc_auc_score(np.where(t2, "yes", "no"), score[:, 1]), m.roc_auc_score(2 * t2 - 1, score[:, 1]), m.roc_auc_score(t2 + 6, score[:, 1])])
put("edges/top_k", [m.top_k_accuracy_score([3, 3, 1], score[:3], k=1, labels=[0, 1, 2, 3]), m.top_k_accuracy_score([0, 1, 2], np.ones((3, 3)), k=1)])
put("edges/hinge", [m.hinge_loss([3, 3, 1], score[:3], labels=[0, 1, 2, 3]), m.hinge_loss([-1, 1, 1], [-2.2, 1.3, 0.1]), m.hinge_loss([1, 1], [0.5, -0.5])])
put("edges/report_floats", m.classification_report(t.astype(float), p.astype(float), zero_division=0))
put("edges/report_bool", m.classification_report(t2.astype(bool), p2.astype(bool), digits=3))
words = np.array(["ant", "b\u00e4r", "an elephant in a room", "d"])
put("edges/report_words", [ord(c) if ord(c) < 128 else 1000 for c in m.classification_report(words[t], words[p])])
put("edges/report_some", m.classification_report(t, p, labels=[3, 1, 0, 2, 7], zero_division=1))
put("edges/median", [m.median_absolute_error(y[:59], q[:59]), m.median_absolute_error([1, 2, 3, 4], [1, 3, 5, 8], sample_weight=[1, 1, 1, 1]),
                     m.median_absolute_error([1, 2, 3, 4], [1, 3, 5, 8], sample_weight=[1, 1, 0, 2]), m.median_absolute_error([1, 2, 3, 4], [1, 3, 5, 8], sample_weight=[3, 1, 0, 0]),
                     m.median_absolute_error([1.5], [1])])
put("edges/mape", m.mean_absolute_percentage_error([0.0, 1, -2], [0.0, 2, 2]))
put("edges/one", [m.mean_squared_error([3.0], [2.5]), m.explained_variance_score([3.0], [2.5]), m.accuracy_score([1], [1]), m.ndcg_score([[1, 0, 2]], [[1, 1, 1]])])

# ---- clusterings
a, b = rng.randint(0, 5, 200), rng.randint(0, 7, 200)
b[:120] = a[:120]
one, each = np.zeros(200, int), np.arange(200)
put("clusters/a", a), put("clusters/b", b)
for name, u, v in (("ab", a, b), ("ba", b, a), ("same", a, 4 - a), ("one", one, b), ("each", each, b), ("both", each, each[::-1]), ("ones", one, one)):
    put(f"clusters/{name}", [m.rand_score(u, v), m.adjusted_rand_score(u, v), m.fowlkes_mallows_score(u, v), m.mutual_info_score(u, v),
                             m.normalized_mutual_info_score(u, v), m.adjusted_mutual_info_score(u, v), *m.homogeneity_completeness_v_measure(u, v),
                             m.v_measure_score(u, v, beta=0.3), cluster.entropy(u)])
put("clusters/methods", [[m.normalized_mutual_info_score(a, b, average_method=v), m.adjusted_mutual_info_score(a, b, average_method=v)]
                         for v in ("arithmetic", "geometric", "max", "min")])
c = cluster.contingency_matrix(a, b)
put("clusters/contingency", c), put("clusters/pairs", cluster.pair_confusion_matrix(a, b))
put("clusters/emi", cluster.expected_mutual_information(c, 200))
big = np.array([[40000, 300, 20], [100, 25000, 4000], [5, 6, 70000]])
put("clusters/emi_big", cluster.expected_mutual_information(big, big.sum()))
x = rng.normal(size=(90, 6)).round(2)
label = rng.randint(0, 4, 90)
x[label == 1] += 3
x[label == 2] -= 2
label[5] = 7
put("clusters/x", x), put("clusters/label", label)
put("clusters/silhouette", m.silhouette_samples(x, label))
put("clusters/silhouette_manhattan", m.silhouette_samples(x, label, metric="manhattan"))
put("clusters/scores", [m.silhouette_score(x, label), m.silhouette_score(x, label, sample_size=40, random_state=3),
                        m.silhouette_score(m.pairwise_distances(x), label, metric="precomputed", sample_size=30, random_state=0),
                        m.calinski_harabasz_score(x, label), m.davies_bouldin_score(x, label)])

# ---- distances
x, z = rng.normal(size=(9, 11)).round(2), rng.normal(size=(7, 11)).round(2)
x[2], z[3] = 0, x[4]
z[4] = x[5] + 1e-7
holes, holed = x.copy(), z.copy()
holes[rng.random_sample(x.shape) < 0.3] = np.nan
holed[rng.random_sample(z.shape) < 0.3] = np.nan
holes[8], holed[6] = np.nan, 1.0
put("pairs/x", x), put("pairs/z", z)
put("pairs/holes", np.where(np.isnan(holes), 1e300, holes)), put("pairs/holed", np.where(np.isnan(holed), 1e300, holed))


def exact(u, v, squared=False):
    d = ((u[:, None].astype(np.longdouble) - v[None].astype(np.longdouble)) ** 2).sum(axis=2)
    return d if squared else np.sqrt(d)


put("pairs/euclidean", exact(x, z)), put("pairs/euclidean_self", exact(x, x)), put("pairs/squared", exact(x, z, True))
for name in ("manhattan", "cosine", "chebyshev", "canberra", "braycurtis", "hamming", "sqeuclidean", "correlation"):
    good = slice(0, 2) if name == "correlation" else slice(None)
    put(f"pairs/{name}", exact(x, z, True) if name == "sqeuclidean" else m.pairwise_distances(x[good], z[good], metric=name))
put("pairs/cosine_self", m.pairwise_distances(x, metric="cosine"))
put("pairs/seuclidean_self", m.pairwise_distances(x, metric="seuclidean"))
put("pairs/seuclidean", m.pairwise_distances(x, z, metric="seuclidean", V=np.arange(1, 12) / 4))
put("pairs/minkowski", m.pairwise_distances(x, z, metric="minkowski", p=3))
put("pairs/minkowski_w", m.pairwise_distances(x, z, metric="minkowski", p=1.5, w=np.arange(1, 12)))
wide = rng.normal(size=(40, 3)).round(2)
put("pairs/wide", wide), put("pairs/mahalanobis", m.pairwise_distances(wide, metric="mahalanobis"))
bools, others = x > 0.3, z > 0
put("pairs/bools", bools), put("pairs/others", others)
for name in ("dice", "jaccard", "rogerstanimoto", "russellrao", "sokalsneath", "yule"):
    put(f"pairs/{name}", np.where(np.isnan(d := m.pairwise_distances(bools, others, metric=name)), 1e300, d))
globe = rng.uniform(-1.5, 1.5, (6, 2)).round(3)
put("pairs/globe", globe), put("pairs/haversine", pairwise.haversine_distances(globe))


def with_holes(u, v):  # scikit-learn's formula in more digits: its own loses those of near rows
    d = (u[:, None].astype(np.longdouble) - v[None].astype(np.longdouble)) ** 2
    count = (~np.isnan(d)).sum(axis=2)
    return np.where(count == 0, np.nan, np.nansum(d, axis=2) / np.maximum(count, 1) * u.shape[1])


d = np.sqrt(with_holes(holes, holed))
assert np.allclose(d.astype(float), pairwise.nan_euclidean_distances(holes, holed), atol=1e-6, equal_nan=True)
put("pairs/nan_euclidean", np.where(np.isnan(d), 1e300, d))
put("pairs/nan_euclidean_zero", with_holes(np.where(x == 0, np.nan, x)[3:], np.where(z == 0, np.nan, z)))
for axis in (0, 1):
    for name in ("euclidean", "manhattan", "cosine"):
        i, d = m.pairwise_distances_argmin_min(x + 0.01, z, axis=axis, metric=name)
        put(f"pairs/argmin/{name}/{axis}", i), put(f"pairs/min/{name}/{axis}", d)
for name, kw in (("linear", {}), ("polynomial", {}), ("rbf", {}), ("laplacian", {}), ("sigmoid", {}), ("cosine", {}),
                 ("poly", dict(degree=2, gamma=0.3, coef0=-0.5)), ("rbf", dict(gamma=0.7)), ("sigmoid", dict(gamma=0.1, coef0=0.2))):
    put(f"kernels/{name}{len(kw)}", m.pairwise.pairwise_kernels(x, z, metric=name, **kw))
put("kernels/chi2", pairwise.chi2_kernel(np.abs(x), np.abs(z)))

with open(here / "learn_metrics.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_metrics.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
