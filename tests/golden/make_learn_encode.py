"""Write learn_encode.tsv, and data/passengers.csv for it: encoders and composition on mixed columns.

Run from this folder with the versions of VERSIONS (scikit-learn 1.9.1, NumPy 2.4.6). The passengers are drawn, nobody's data. Each
line is a key, a tab and numbers; texts are their bytes, names joined by newlines. A case is a spec that both libraries read: the
columns' names in it stand for their indices here.
"""
import csv
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (LabelBinarizer, LabelEncoder, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler,
                                   TargetEncoder)

warnings.simplefilter("ignore")
here = Path(__file__).resolve().parent
out = {}
TRAIN, ROWS = 160, 220
names = ["age", "fare", "grade", "sex", "port", "deck", "target"]


def put(key, values):
    out[key] = np.asarray(values, dtype=np.float64).ravel()


def text(key, words):
    put(key, list("\n".join(words).encode()))


def draw():
    r = np.random.RandomState(7)
    rows = []
    for i in range(ROWS):
        age = "" if r.rand() < 0.15 else str(int(r.randint(1, 80)))
        fare = repr(round(float(r.exponential(30)) + 1, 2))
        grade = str(1 + int(r.choice(3, p=[0.2, 0.3, 0.5])))
        sex = ["male", "female"][int(r.rand() < 0.4)]
        port = ["Southampton", "Cherbourg, \"C\"", "Queenstown", "Århus"][int(r.choice(4, p=[0.6, 0.25, 0.1, 0.05]))]
        deck = "" if r.rand() < 0.3 else "ABCDEFGHIJ"[min(int(r.exponential(2)), 9)]
        if i >= TRAIN and i % 11 == 0:
            port = "Belfast"
        score = (sex == "female") * 1.5 - int(grade) * 0.7 + float(fare) * 0.01 + r.randn()
        rows.append([age, fare, grade, sex, port, deck, str(int(score > -0.5))])
    with open(here.parent / "data" / "passengers.csv", "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(names)
        w.writerows(rows)
    return rows


def number(t, kind):
    return np.nan if t == "" else kind(t)


rows = draw()
x = np.empty((ROWS, 6), dtype=object)
for i, row in enumerate(rows):
    x[i] = [number(row[0], float), number(row[1], float), int(row[2]), row[3], row[4], row[5] if row[5] else np.nan]
y = np.array([int(row[6]) for row in rows])
fare = np.array([float(row[1]) for row in rows])
grade = x[:, 2].astype(int)
targets = {"labels": y, "numbers": fare, "grades": grade}

cases = [
    ("labels", "ColumnTransformer([('c', OneHotEncoder(), ['sex', 'deck', 'grade'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(handle_unknown='ignore'), ['port', 'age'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(drop='first', handle_unknown='ignore'), ['sex', 'port', 'grade'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(drop='if_binary'), ['sex', 'deck'])], remainder='drop')"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(drop=['male', 'C', 2]), ['sex', 'deck', 'grade'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(min_frequency=12, handle_unknown='infrequent_if_exist'), ['port', 'deck', 'grade'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(min_frequency=0.1, handle_unknown='ignore', drop='first'), ['port', 'deck'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(max_categories=3, handle_unknown='infrequent_if_exist'), ['port', 'deck', 'age'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(max_categories=1, handle_unknown='warn'), ['port', 'sex'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(max_categories=2, drop='if_binary', handle_unknown='warn'), ['port', 'sex'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(categories=[['male', 'female'], [1, 2, 3, 4]]), ['sex', 'grade'])])"),
    ("labels", "ColumnTransformer([('c', OneHotEncoder(categories=[['Queenstown', 'Southampton']], handle_unknown='ignore'), ['port'])])"),
    ("labels", "ColumnTransformer([('c', OrdinalEncoder(), ['sex', 'deck', 'grade'])])"),
    ("labels", "ColumnTransformer([('c', OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1, encoded_missing_value=-2), ['port', 'deck', 'age'])])"),
    ("labels", "ColumnTransformer([('c', OrdinalEncoder(min_frequency=12, encoded_missing_value=99, handle_unknown='use_encoded_value', unknown_value=nan), ['port', 'deck'])])"),
    ("labels", "ColumnTransformer([('c', OrdinalEncoder(max_categories=3, handle_unknown='use_encoded_value', unknown_value=77), ['port', 'deck', 'grade'])])"),
    ("labels", "ColumnTransformer([('c', OrdinalEncoder(categories=[['male', 'female']]), ['sex'])])"),
    ("labels", "ColumnTransformer([('c', TargetEncoder(), ['sex', 'port', 'deck'])])"),
    ("labels", "ColumnTransformer([('c', TargetEncoder(smooth=10.0), ['port', 'age'])])"),
    ("numbers", "ColumnTransformer([('c', TargetEncoder(), ['sex', 'port', 'deck'])])"),
    ("numbers", "ColumnTransformer([('c', TargetEncoder(smooth=0.0, target_type='continuous'), ['port', 'grade'])])"),
    ("grades", "ColumnTransformer([('c', TargetEncoder(), ['sex', 'port', 'deck'])])"),
    ("grades", "ColumnTransformer([('c', TargetEncoder(smooth=3.5, target_type='multiclass'), ['port', 'sex'])])"),
    ("labels", "ColumnTransformer([('num', StandardScaler(), ['fare', 'age']), ('cat', OneHotEncoder(handle_unknown='ignore'), ['port', 'sex']), "
               "('none', 'drop', ['deck']), ('as_is', 'passthrough', ['grade'])])"),
    ("labels", "ColumnTransformer([('cat', OneHotEncoder(handle_unknown='ignore'), slice(3, 6))], remainder='passthrough', verbose_feature_names_out=False)"),
    ("labels", "ColumnTransformer([('none', 'drop', [-1, -2, -3])], remainder=MinMaxScaler(), transformer_weights={'remainder': 2.0})"),
    ("labels", "ColumnTransformer([('u', FeatureUnion([('s', StandardScaler()), ('m', MinMaxScaler()), ('p', 'passthrough'), ('d', 'drop')], "
               "transformer_weights={'m': 0.5}), [0, 2])])"),
    ("labels", "ColumnTransformer([('p', Pipeline([('s', StandardScaler()), ('p', PCA(n_components=1))]), [1, 2])])"),
    ("labels", "ColumnTransformer([('c', Pipeline([('i', SimpleImputer(strategy='most_frequent')), ('e', OneHotEncoder(handle_unknown='ignore'))]), "
               "['sex', 'port', 'deck'])])"),
    ("labels", "ColumnTransformer([('c', Pipeline([('i', SimpleImputer(strategy='constant')), ('e', OrdinalEncoder(handle_unknown='use_encoded_value', "
               "unknown_value=-1))]), ['deck', 'port'])])"),
    ("labels", "ColumnTransformer([('c', Pipeline([('i', SimpleImputer(strategy='constant', fill_value='B')), ('e', OneHotEncoder(drop='first', "
               "handle_unknown='ignore'))]), ['deck', 'sex'])])"),
    ("labels", "ColumnTransformer([('c', Pipeline([('i', SimpleImputer(strategy='most_frequent', add_indicator=True, missing_values=nan)), "
               "('e', OneHotEncoder(handle_unknown='ignore'))]), ['sex', 'deck'])])"),
    ("labels", "ColumnTransformer([('c', Pipeline([('i', SimpleImputer(strategy='constant', fill_value='x', add_indicator=True, keep_empty_features=True)), "
               "('e', OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=nan))]), ['port', 'deck'])])"),
    ("labels", "ColumnTransformer([('c', Pipeline([('i', SimpleImputer(missing_values='male', strategy='most_frequent')), ('e', OrdinalEncoder())]), ['sex'])])"),
    ("labels", "ColumnTransformer([('c', Pipeline([('i', SimpleImputer(missing_values='Southampton', strategy='constant', fill_value='here', add_indicator=True)), "
               "('e', OneHotEncoder(handle_unknown='ignore'))]), ['sex', 'port'])])"),
    ("labels", "ColumnTransformer([('m', MissingIndicator(), ['sex', 'deck', 'port']), ('n', MissingIndicator(features='all'), ['sex', 'deck']), "
               "('v', MissingIndicator(missing_values='male'), ['sex', 'port'])])"),
    ("labels", "Pipeline([('c', ColumnTransformer([('a', SimpleImputer(strategy='constant', fill_value='none'), ['deck']), "
               "('b', SimpleImputer(strategy='most_frequent'), ['sex', 'port'])])), ('e', OneHotEncoder(handle_unknown='ignore'))])"),
]
models = [
    "Pipeline([('prep', ColumnTransformer([('num', StandardScaler(), ['fare']), ('cat', OneHotEncoder(handle_unknown='ignore'), ['sex', 'port', 'deck'])], "
    "remainder='drop')), ('model', LogisticRegression(C=0.5, tol=1e-12, max_iter=20000))])",
    "Pipeline([('prep', ColumnTransformer([('t', TargetEncoder(cv=KFold(n_splits=4, shuffle=True, random_state=3)), ['sex', 'port', 'deck']), "
    "('g', 'passthrough', ['grade'])])), ('model', LogisticRegression(tol=1e-12, max_iter=20000))])",
    "Pipeline([('prep', ColumnTransformer([('num', Pipeline([('fill', SimpleImputer(strategy='median', add_indicator=True)), "
    "('scale', StandardScaler())]), ['age', 'fare']), ('cat', OneHotEncoder(handle_unknown='infrequent_if_exist', min_frequency=9), "
    "['sex', 'port', 'deck'])])), ('model', LogisticRegression(tol=1e-12, max_iter=20000))])",
    "Pipeline([('prep', ColumnTransformer([('num', Pipeline([('fill', SimpleImputer(strategy='median')), ('scale', StandardScaler())]), ['age', 'fare']), "
    "('cat', Pipeline([('fill', SimpleImputer(strategy='most_frequent')), ('code', OneHotEncoder(handle_unknown='ignore'))]), ['sex', 'port', 'deck'])])), "
    "('model', LogisticRegression(tol=1e-12, max_iter=20000))])",
    "Pipeline([('text', ColumnTransformer([('a', SimpleImputer(strategy='constant', fill_value='none', add_indicator=True), ['deck']), "
    "('b', SimpleImputer(strategy='most_frequent'), ['sex', 'port'])])), ('code', OneHotEncoder(handle_unknown='ignore')), "
    "('model', LogisticRegression(tol=1e-12, max_iter=20000))])",
]
folds = [
    ("labels", "TargetEncoder(cv=StratifiedKFold(n_splits=5, shuffle=True, random_state=1))"),
    ("labels", "TargetEncoder(shuffle=False, smooth=2.0)"),
    ("labels", "TargetEncoder(random_state=5)"),
    ("numbers", "TargetEncoder(cv=3, random_state=2)"),
    ("numbers", "TargetEncoder(cv=KFold(n_splits=4), smooth=1.5)"),
    ("grades", "TargetEncoder(random_state=9, cv=4)"),
]


def build(spec):
    for i, n in enumerate(names[:-1]):
        spec = spec.replace(f"'{n}'", str(i))
    return eval(spec, globals() | {"nan": np.nan})


def dense(a):
    return np.asarray(a.toarray() if hasattr(a, "toarray") else a, dtype=np.float64)


put("cases", [len(cases)])
for i, (target, spec) in enumerate(cases):
    m = build(spec).fit(x[:TRAIN], targets[target][:TRAIN])
    text(f"case/{i}/spec", [spec]), text(f"case/{i}/target", [target])
    text(f"case/{i}/names", m.get_feature_names_out(names[:-1]))
    put(f"case/{i}/train", np.nan_to_num(dense(m.transform(x[:TRAIN])), nan=-12345.0))
    put(f"case/{i}/test", np.nan_to_num(dense(m.transform(x[TRAIN:])), nan=-12345.0))
put("models", [len(models)])
for i, spec in enumerate(models):
    m = build(spec).fit(x[:TRAIN], y[:TRAIN])
    text(f"model/{i}/spec", [spec]), put(f"model/{i}/proba", m.predict_proba(x[TRAIN:])), put(f"model/{i}/score", m.score(x[TRAIN:], y[TRAIN:]))
put("folds", [len(folds)])
for i, (target, spec) in enumerate(folds):
    text(f"fold/{i}/spec", [spec]), text(f"fold/{i}/target", [target])
    put(f"fold/{i}/values", build(spec).fit_transform(x[:TRAIN, 3:], targets[target][:TRAIN]))

d = np.loadtxt(here.parent / "data" / "diabetes.csv", delimiter=",", skiprows=1)
a, b = d[:, :-1], d[:, -1]
put("target/log", TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1).fit(a, b).predict(a[:20]))
put("target/weight", TransformedTargetRegressor(func=np.sqrt, inverse_func=np.square).fit(a, b, sample_weight=1 + np.arange(len(b)) % 3).predict(a[:20]))
put("target/scaled", TransformedTargetRegressor(LinearRegression(), transformer=MinMaxScaler()).fit(a, np.column_stack([b, a[:, 0] * b])).predict(a[:20]))
put("binary/three", LabelBinarizer(neg_label=-1, pos_label=2).fit([1, 2, 6, 4, 2]).transform([1, 6, 3]))
put("binary/two", LabelBinarizer().fit([0, 1, 1, 0]).transform([1, 0, 0, 1]))
put("label/codes", LabelEncoder().fit(["paris", "tokyo", "amsterdam"]).transform(["tokyo", "tokyo", "paris"]))

with open(here / "learn_encode.tsv", "w") as f:
    f.write(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_encode.py\n")
    for key, values in out.items():
        f.write(key + "\t" + " ".join(str(int(v)) if v == int(v) and abs(v) < 1e15 else repr(float(v)) for v in values) + "\n")
