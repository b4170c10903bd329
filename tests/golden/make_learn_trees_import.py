"""Write models of XGBoost, LightGBM and scikit-learn to tests/data/trees and what they say of some rows to
learn_trees_import.tsv.

Run from this folder with the versions of VERSIONS, XGBoost 3.2 and LightGBM 4.7. The lines that write scikit-learn's
models are those of docs/importing-trees.md. Each line of the table is "case/what", a tab and numbers in C order; what is
leaf, sums, proba, labels or predict.
"""
import json
import re
import warnings
from pathlib import Path

import lightgbm
import numpy as np
import sklearn
import xgboost
from sklearn import ensemble, tree

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
models = here.parent / "data" / "trees"
models.mkdir(exist_ok=True)
page = (here.parent.parent / "docs" / "importing-trees.md").read_text()
snippet = next(b for b in re.findall(r"```python\n(.*?)```", page, re.S) if "def trees_json" in b)
form = {}
exec(snippet[: snippet.rindex("json.dump(")], form)

out = {}
r = np.random.RandomState(0)


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def rows(n, widest):
    """Normal numbers, codes of categories, tenths and missing values."""
    x = r.randn(n, 5) * 1.3
    x[:, 2] = r.randint(0, widest, n)
    x[:, 3] = np.round(x[:, 3], 1)
    x[r.rand(n, 5) < 0.1] = np.nan
    return x


x, asked = rows(300, 9), rows(24, 12)
whole, asked_whole = np.nan_to_num(x), np.nan_to_num(asked)
line = whole[:, 0] + np.sin(whole[:, 2])
two, three = (line > 0.2).astype(int), np.digitize(line, [-0.3, 0.6])
number = line + 0.1 * r.randn(len(line))
positive = np.exp(number / 2)
both = np.column_stack([number, positive])
put("x", asked), put("whole", asked_whole)


def xgb(name, y, objective, category=False, rounds=4, **more):
    kw = {"feature_types": ["q", "q", "c", "q", "q"], "enable_categorical": True} if category else {}
    params = {"max_depth": 3, "seed": 1, "objective": objective, "nthread": 1, **more}
    b = xgboost.train(params, xgboost.DMatrix(x, y, **kw), rounds)
    b.save_model(models / f"xgb_{name}.json")
    d = xgboost.DMatrix(asked, **kw)
    put(f"xgb_{name}/leaf", b.predict(d, pred_leaf=True))
    p, sums = b.predict(d), b.predict(d, output_margin=True)
    if objective.startswith(("binary", "multi")) and np.ndim(y) == 1:
        put(f"xgb_{name}/sums", sums)
        put(f"xgb_{name}/labels", sums.argmax(1) if sums.ndim == 2 else sums > 0)
        if objective not in ("multi:softmax", "binary:logitraw"):
            put(f"xgb_{name}/proba", p if p.ndim == 2 else np.column_stack([1 - p, p]))
    else:
        put(f"xgb_{name}/predict", p)
    return b, d


b, d = xgb("logistic", two, "binary:logistic")
put("part/leaf", b.predict(d, pred_leaf=True)[:, 1:3])
put("part/sums", b.predict(d, output_margin=True, iteration_range=(1, 3)))
xgb("lists", two, "binary:logistic", category=True, max_cat_to_onehot=2)
xgb("onehot", number, "reg:squarederror", category=True, max_cat_to_onehot=30)
xgb("softprob", three, "multi:softprob", num_class=3, num_parallel_tree=2, subsample=0.6, rounds=2)
xgb("softmax", three, "multi:softmax", num_class=3, rounds=2)
xgb("logitraw", two, "binary:logitraw")
xgb("hinge", two, "binary:hinge")
xgb("reg_logistic", two, "reg:logistic")
xgb("poisson", positive, "count:poisson")
xgb("gamma", positive, "reg:gamma")
xgb("tweedie", positive, "reg:tweedie")
xgb("dart", two, "binary:logistic", booster="dart", rate_drop=0.5)
xgb("targets", both, "reg:squarederror", rounds=3)
xgb("vectors", both, "reg:squarederror", multi_strategy="multi_output_tree", rounds=3)
xgb("quantiles", number, "reg:quantileerror", quantile_alpha=[0.1, 0.9], rounds=2)
xgb("pruned", number, "reg:squarederror", tree_method="exact", gamma=3, max_depth=5)
xgb("linear", number, "reg:squarederror", rounds=1)
j = json.loads((models / "xgb_linear.json").read_text())
j["learner"]["gradient_booster"] = {"model": {"weights": [0.0] * 6}, "name": "gblinear"}
(models / "xgb_linear.json").write_text(json.dumps(j))


def lgb(name, y, objective, category=False, rounds=3, **more):
    params = {"num_leaves": 6, "verbose": -1, "objective": objective, "min_data_in_leaf": 5, "min_data_per_group": 5,
              "cat_smooth": 1, "num_threads": 1, "deterministic": True, "seed": 1, **more}
    data = lightgbm.Dataset(x, y, categorical_feature=[2] if category else [])
    b = lightgbm.train(params, data, rounds)
    dump = b.dump_model()
    (models / f"lgb_{name}.json").write_text(json.dumps(dump, separators=(",", ":")))
    leaves = np.array([t["num_leaves"] for t in dump["tree_info"]])
    put(f"lgb_{name}/leaf", b.predict(asked, pred_leaf=True).reshape(len(asked), -1) + leaves - 1)
    p = b.predict(asked)
    if objective in ("binary", "multiclass", "multiclassova"):
        if more.get("boosting") != "rf":
            put(f"lgb_{name}/sums", b.predict(asked, raw_score=True))
        put(f"lgb_{name}/proba", p if p.ndim == 2 else np.column_stack([1 - p, p]))
        put(f"lgb_{name}/labels", p.argmax(1) if p.ndim == 2 else p > 0.5)
    else:
        put(f"lgb_{name}/predict", p)


lgb("binary", two, "binary", sigmoid=2.5)
lgb("lists", two, "binary", category=True, max_cat_to_onehot=1)
lgb("multiclass", three, "multiclass", num_class=3, category=True)
lgb("ova", three, "multiclassova", num_class=3, sigmoid=1.5)
lgb("regression", number, "regression", use_missing=False)
lgb("sqrt", positive, "regression", reg_sqrt=True)
lgb("poisson", positive, "poisson")
lgb("forest", two, "binary", boosting="rf", bagging_freq=1, bagging_fraction=0.6)
lgb("entropy", two, "cross_entropy")
lgb("entropy_lambda", two, "cross_entropy_lambda")
lgb("zero", number, "regression", zero_as_missing=True)


def skl(name, m, y, missing):
    m.fit(x if missing else whole, y)
    (models / f"skl_{name}.json").write_text(json.dumps(form["trees_json"](m), separators=(",", ":")))
    a = asked if missing else asked_whole
    if hasattr(m, "apply"):
        put(f"skl_{name}/leaf", m.apply(a))
    if hasattr(m, "predict_proba"):
        put(f"skl_{name}/proba", m.predict_proba(a))
        put(f"skl_{name}/labels", np.searchsorted(m.classes_, m.predict(a)))
        if hasattr(m, "decision_function"):
            put(f"skl_{name}/sums", m.decision_function(a))
    else:
        put(f"skl_{name}/predict", m.predict(a))


few, flat = {"n_estimators": 4, "random_state": 0}, {"max_depth": 3, "random_state": 0}
skl("tree", tree.DecisionTreeClassifier(**flat), three, True)
skl("tree_two", tree.DecisionTreeRegressor(**flat), both, True)
skl("forest", ensemble.RandomForestClassifier(max_depth=3, **few), np.array(["ash", "fir", "oak"])[three], True)
skl("forest_number", ensemble.RandomForestRegressor(max_depth=3, **few), number, True)
skl("extra", ensemble.ExtraTreesClassifier(max_depth=3, **few), two > 0, False)
skl("boost", ensemble.GradientBoostingClassifier(max_depth=2, **few), three, False)
skl("boost_exponential", ensemble.GradientBoostingClassifier(max_depth=2, loss="exponential", **few), two, False)
skl("boost_number", ensemble.GradientBoostingRegressor(max_depth=2, loss="huber", **few), number, False)
hist = {"max_iter": 3, "max_leaf_nodes": 5, "random_state": 0}
skl("hist", ensemble.HistGradientBoostingClassifier(**hist), three, True)
skl("hist_poisson", ensemble.HistGradientBoostingRegressor(loss="poisson", **hist), positive, True)

with open(here / "learn_trees_import.tsv", "w") as f:
    f.write(f"# XGBoost {xgboost.__version__}, LightGBM {lightgbm.__version__}, scikit-learn {sklearn.__version__}, "
            f"NumPy {np.__version__}; see make_learn_trees_import.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == v and v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
