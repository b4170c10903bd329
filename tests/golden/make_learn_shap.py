"""Write what the package shap says of scikit-learn's models to learn_shap.tsv.

Run from this folder with the versions of VERSIONS and shap 0.51. The models are those that Calx grows alike from the
same random_state. Each line is "case/what", a tab and numbers in C order; what is values [rows, columns, outputs] or
expected [outputs].
"""
from pathlib import Path

import numpy as np
import shap
import sklearn
from sklearn import ensemble, tree

here = Path(__file__).resolve().parent
r = np.random.RandomState(0)
x = np.round(r.randn(120, 4), 2).astype(np.float32).astype(np.float64)
line = x[:, 0] + np.sin(2 * x[:, 1]) * x[:, 2]
number = np.round(line + 0.1 * r.randn(120), 3)
two, three = (line > 0).astype(int), np.digitize(line, [-0.5, 0.5])
asked = np.round(r.randn(9, 4), 2).astype(np.float32).astype(np.float64)
out = {"x": x, "number": number, "two": two, "three": three, "asked": asked}

few = {"n_estimators": 6, "max_depth": 4, "random_state": 1}
hist = {"max_iter": 6, "max_leaf_nodes": 7, "min_samples_leaf": 5, "random_state": 1}
models = {
    "tree": (tree.DecisionTreeRegressor(max_depth=5, random_state=1), number),
    "tree_classes": (tree.DecisionTreeClassifier(max_depth=5, random_state=1), three),
    "forest": (ensemble.RandomForestRegressor(**few), number),
    "forest_classes": (ensemble.RandomForestClassifier(**few), three),
    "extra": (ensemble.ExtraTreesRegressor(**few), number),
    "boost": (ensemble.GradientBoostingRegressor(**few), number),
    "boost_two": (ensemble.GradientBoostingClassifier(**few), two),
    "hist": (ensemble.HistGradientBoostingRegressor(**hist), number),
    "hist_two": (ensemble.HistGradientBoostingClassifier(**hist), two),
    "hist_three": (ensemble.HistGradientBoostingClassifier(**hist), three),
}
for name, (m, y) in models.items():
    explainer = shap.TreeExplainer(m.fit(x, y), feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(asked, check_additivity=False))
    out[name + "/values"], out[name + "/expected"] = values, explainer.expected_value
    print(name, values.shape, np.shape(explainer.expected_value))

with open(here / "learn_shap.tsv", "w") as f:
    f.write(f"# shap {shap.__version__}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_shap.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(repr(float(v)) for v in np.asarray(values, dtype=np.float64).ravel()) + "\n")
