"""Write learn_tree.tsv: scikit-learn's single trees of learn_tree_cases.def, node by node.

Run from this folder with the versions of VERSIONS. Each line is a key, a tab and numbers; matrices are flattened in C order. Texts are
written as the numbers of their bytes.
"""
import re
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.tree import (  # noqa: F401 (the specs name them)
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
    export_graphviz,
    export_text,
)

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}
TEXTS = ("c_iris", "c_cancer_best_w", "c_columns_dicts", "c_cancer_dict", "e_columns", "r_best", "r_ccp", "r_poisson_w", "er_columns")


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def put_text(key, text):
    out[key] = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.float64)


def data(name, kind):
    m = np.loadtxt(here.parent / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    x, y = np.ascontiguousarray(m[:, :-1]), m[:, -1]
    i, j = np.arange(x.shape[0]), np.arange(x.shape[1])
    weight = None
    if "COLUMNS" in kind:
        y = np.column_stack([y, x[:, 3] * y + 200, 3 * y]) if name == "diabetes" else np.column_stack([y, (i // 7) % 2])
    if "MISSING" in kind:
        x[(7 * i[:, None] + 3 * j[None, :]) % 11 == 0] = np.nan
    if "WEIGHTED" in kind:
        weight = np.where(i % 9 == 4, 0.0, 0.5 + i % 3)
    return x, y, weight


def values(m):
    """[nodes, classes of all outputs] or [nodes, outputs]."""
    v = m.tree_.value
    counts = np.atleast_1d(getattr(m, "n_classes_", np.ones(v.shape[1], dtype=int)))
    return np.concatenate([v[:, k, :c] for k, c in enumerate(counts)], axis=1)


def proba(m, x):
    p = m.predict_proba(x)
    return np.concatenate(p, axis=1) if isinstance(p, list) else p


def tell(name, m, x):
    t = m.tree_
    inner = t.children_left >= 0
    put(f"{name}/left", t.children_left), put(f"{name}/right", t.children_right)
    put(f"{name}/feature", t.feature), put(f"{name}/threshold", t.threshold)
    put(f"{name}/missing", inner & (t.missing_go_to_left != 0))
    put(f"{name}/samples", t.n_node_samples), put(f"{name}/weighted", t.weighted_n_node_samples)
    put(f"{name}/impurity", t.impurity), put(f"{name}/value", values(m))
    put(f"{name}/importances", m.feature_importances_)
    put(f"{name}/sizes", [m.get_depth(), m.get_n_leaves(), m.max_features_, m.n_outputs_])
    put(f"{name}/predict", m.predict(x[:60])), put(f"{name}/apply", m.apply(x[:60]))
    if hasattr(m, "predict_proba"):
        put(f"{name}/proba", proba(m, x[:20]))
    path = m.decision_path(x[:12])
    put(f"{name}/indptr", path.indptr), put(f"{name}/indices", path.indices)


for name, spec, source, kind in re.findall(r'^CASE\((\w+), "(.*)", (\w+), ([A-Z| ]+)\)$', (here / "learn_tree_cases.def").read_text(), re.M):
    x, y, weight = data(source, kind)
    m = eval(spec).fit(x, y, sample_weight=weight)
    tell(name, m, x)
    if "ccp" in name or name in ("c_iris", "r_best", "c_columns"):
        path = m.cost_complexity_pruning_path(x, y, sample_weight=weight)
        put(f"{name}/ccp_alphas", path.ccp_alphas), put(f"{name}/impurities", path.impurities)
    if name in TEXTS:
        put_text(f"{name}/text", export_text(m, max_depth=3))
        put_text(f"{name}/text_weights", export_text(m, decimals=4, spacing=2, show_weights=True))
        put_text(f"{name}/dot", export_graphviz(m))
        put_text(f"{name}/dot_all", export_graphviz(m, filled=True, rounded=True, node_ids=True, proportion=True, leaves_parallel=True,
                                                    rotate=True, special_characters=True, precision=2, class_names=True, label="root"))
        put_text(f"{name}/dot_cut", export_graphviz(m, max_depth=1, impurity=False, filled=True, label="none", fontname="serif"))

x, y, _ = data("iris", "PLAIN")
names = ["sepal length", "sepal width", "petal length", "petal \"width\""]
m = DecisionTreeClassifier(max_depth=3, random_state=0).fit(x, np.array(["setosa", "versi\u00e7", "virginica"])[y.astype(int)])
put_text("named/text", export_text(m, feature_names=names))
put_text("named/text_classes", export_text(m, feature_names=names, class_names=["a", "b", "c"], decimals=0))
put_text("named/dot", export_graphviz(m, feature_names=names, class_names=["a", "b", "\"c\""]))

with open(here / "learn_tree.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_tree.py\n")
    for key, numbers in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if abs(v) < 1e15 and v == int(v) else repr(float(v)) for v in numbers) + "\n")
