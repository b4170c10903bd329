"""The board: what is measured beside what, how much faster it is to be and what no machine goes under.

The figures of targets, limits and floors are those of a study on two cores of an EPYC with AVX-512, beside Debian's NumPy 1.24,
SciPy 1.10 and scikit-learn 1.2. What bounds a row there is said, so that its floor on another machine follows from that machine's
ceilings.
"""
import collections

# row: its number; key: with a letter where the row has several workloads; script and case: what measures it, the case by
# its fields up to what makes it the only one; peer: a name out of Case.peers; floor: ms; by: which of STUDY's ceilings is the limit
Line = collections.namedtuple("Line", "row key workload script case peer call target floor limit by")
MEMORY, CACHE, FLOPS, OTHER = "memory", "last cache", "arithmetic", None
STUDY = {MEMORY: 80, CACHE: 220, FLOPS: 267}  # GB/s, GB/s, GFLOP/s in float64
NEWEST = {"17": 1.5}  # targets beside the newest peers, where they are others
NOT_YET = range(35, 43)  # sparse arrays, distances, interpolation, signals, equations, special functions


def lines(row, script, *workloads):
    several = len(workloads) > 1
    return [Line(row, f"{row}{chr(97 + i) if several else ''}", w[0], script, *w[1:]) for i, w in enumerate(workloads)]


def models(spec, method, target, rows, columns):
    return f"{spec}|{method}|{target}|f64|{rows}|{columns}"


KMEANS = "KMeans({}, init='random', n_init=1, max_iter={}, tol=0, random_state=0)"

BOARD = [
    *lines(1, "arrays", ("add 2.5e7, out=", "add_into|f64|1|25000000", "NumPy", "np.add(a, b, out=c)", 1.8, 7.5, "600 MB", MEMORY)),
    *lines(2, "arrays", ("a+b 2.5e7, new result", "add|f64|1|25000000", "NumPy", "a + b", 2.5, 7.5, "600 MB, no faults", MEMORY)),
    *lines(3, "formulas", ("a*x+b*y-c 2.5e7", "linear|25000000", "NumPy", "a*x + b*y - c", 5, 10, "800 MB", MEMORY)),
    *lines(4, "formulas", ("a*x+b*y-c 1e6", "linear|1000000", "NumPy", "a*x + b*y - c", 20, 0.15, "32 MB L3", CACHE)),
    *lines(5, "formulas", ("a*x+b*y-c 2.5e7", "linear|25000000", "numexpr", "numexpr.evaluate", 4, 10, "800 MB", MEMORY)),
    *lines(6, "formulas", ("exp(-x*x/2)*k 1e6", "bell|1000000", "NumPy", "np.exp(-x*x/2)*k", 22, 0.13, "0.26 ns/el/core", FLOPS)),
    *lines(7, "arrays", ("exp 1e6", "exp|f64|1|1000000", "NumPy", "np.exp(x)", 4, 0.125, "0.25 ns/el/core", FLOPS)),
    *lines(8, "arrays", ("tanh 1e6", "tanh|f64|1|1000000", "NumPy", "np.tanh(x)", 5, 0.2, "0.40 ns/el/core", FLOPS)),
    *lines(9, "arrays", ("pow 1e6", "power|f64|1|1000000", "NumPy", "np.power(x, y)", 4, 0.35, "~0.7 ns/el/core", FLOPS)),
    *lines(10, "arrays", ("exp f32 2.5e7", "exp|f32|1|25000000", "NumPy", "np.exp(x)", 7, 2.5, "200 MB", MEMORY)),
    *lines(11, "arrays",
           ("where 1e6", "where|f64|1|1000000", "NumPy", "np.where(m, a, b)", 20, 0.11, "L3", CACHE),
           ("clip 1e6", "clip|f64|1|1000000", "NumPy", "np.clip(a, -0.25, 0.25)", 20, 0.08, "L3", CACHE)),
    *lines(12, "arrays", ("sum 2.5e7", "sum|f64|1|25000000", "NumPy", "a.sum()", 4, 2.5, "200 MB", MEMORY)),
    *lines(13, "arrays", ("std axis=0 5000^2", "std_columns|f64|5000|5000", "NumPy", "a.std(axis=0)", 13, 2.5, "200 MB one pass", MEMORY)),
    *lines(14, "arrays",
           ("cumsum 1e6", "cumsum|f64|1|1000000", "NumPy", "np.cumsum(a)", 18, 0.07, "L3", CACHE),
           ("cumsum 2.5e7", "cumsum|f64|1|25000000", "NumPy", "np.cumsum(a)", 12, 5, "400 MB", MEMORY)),
    *lines(15, "arrays",
           ("argmax axis=0 5000^2", "argmax_columns|f64|5000|5000", "NumPy", "a.argmax(axis=0)", 15, 2.5, "200 MB", MEMORY)),
    *lines(16, "arrays", ("bool mask 1e6 50 %", "mask|f64|1|1000000", "NumPy", "a[m]", 40, 0.06, "L3 13 MB", CACHE)),
    *lines(17, "arrays", ("sort 1e7", "sort|f64|1|10000000", "NumPy", "np.sort(a)", 15, 13, "~16 passes x 160 MB L3", CACHE)),
    *lines(18, "arrays", ("argsort 1e7", "argsort|f64|1|10000000", "NumPy", "np.argsort(a)", 12, 32, "8 radix passes x 320 MB", MEMORY)),
    *lines(19, "arrays", ("unique 1e6, 1000 distinct ints", "unique|f64|1|1000000", "NumPy", "np.unique(i)", 60, 0.04, "8 MB", CACHE)),
    *lines(20, "arrays", ("searchsorted 1e6 in 1e6 random", "searchsorted|f64|1|1000000", "NumPy", "np.searchsorted(a, b)", 15, 8,
                          "20 probes, L3", OTHER)),
    *lines(21, "arrays", ("take random 2.5e7", "take|f64|1|25000000", "NumPy", "np.take(a, i)", 3.5, 50, "2 ns/miss/2T", OTHER)),
    *lines(22, "arrays", ("transpose copy 5000^2", "transpose|f64|5000|5000", "NumPy", "np.ascontiguousarray(a.T)", 8, 5, "400 MB", MEMORY)),
    *lines(23, "arrays", ("np.add.at 1e6 into 1000", "add_at|f64|1|1000000", "NumPy", "np.add.at(c, i, a)", 40, 0.3, "~0.3 ns/el", OTHER)),
    *lines(24, "linalg",
           ("matmul 2000 f64", "matmul|f64|1|2000|2000", "NumPy", "a @ b", 1.2, 60, "16 GF", FLOPS),
           ("matmul 2000 f32", "matmul|f32|1|2000|2000", "NumPy", "a @ b", 1.1, 30, "16 GF", FLOPS)),
    *lines(25, "linalg", ("X.T@X 1e6x32", "gram|f64|1|1000000|32", "NumPy", "x.T @ x", 6, 5.7, "1.5 GF, 256 MB", FLOPS)),
    *lines(26, "linalg", ("batched matmul 4x4 1e5", "matmul|f64|100000|4|4", "NumPy", "a @ b", 12, 0.48, "38 MB", MEMORY)),
    *lines(27, "linalg",
           ("batched inv 4x4 1e5", "inv|f64|100000|4|4", "NumPy", "np.linalg.inv", 60, 0.3, "26 MB", MEMORY),
           ("batched solve 4x4 1e5", "solve|f64|100000|4|4", "NumPy", "np.linalg.solve", 25, 0.25, "19 MB", MEMORY)),
    *lines(28, "linalg", ("cholesky 1000", "cholesky|f64|1|1000|1000", "NumPy", "np.linalg.cholesky", 4, 1.3, "0.33 GF", FLOPS)),
    *lines(29, "linalg",
           ("solve 1000", "solve|f64|1|1000|1000", "NumPy", "np.linalg.solve", 3, 2.5, "0.67 GF", FLOPS),
           ("solve 100", "solve|f64|1|100|100", "NumPy", "np.linalg.solve", 4, None, "0.67 MF", OTHER)),
    *lines(30, "linalg",
           ("qr 1000", "qr|f64|1|1000|1000", "NumPy", "np.linalg.qr", 3, 10, "2.7 GF", FLOPS),
           ("eigh 1000", "eigh|f64|1|1000|1000", "NumPy", "np.linalg.eigh", 2.5, 34, "9 GF", FLOPS),
           ("svd 1000", "svd|f64|1|1000|1000", "NumPy", "np.linalg.svd", 2.5, 80, "22 GF", FLOPS)),
    *lines(31, "fft",
           ("fft c128 4096", "c128_4096", "SciPy 1", "scipy.fft.fft", 5, 0.004, "5n log n at ~45 GF 1T", FLOPS),
           ("fft c128 2^20", "c128_2^20", "SciPy 1", "scipy.fft.fft", 4, 1.2, "64 MB L3/DRAM", MEMORY)),
    *lines(32, "fft", ("batched rfft 1000x1024", "rfft_1000x1024", "SciPy {threads}", "scipy.fft.rfft, workers", 4, 0.1, "16 MB L3", CACHE)),
    *lines(33, "fft", ("fft n=1000003 (prime)", "c128_1000003", "SciPy 1", "scipy.fft.fft", 4, 12, "2 x fft 2^21", FLOPS)),
    *lines(34, "arrays",
           ("uniform 1e7", "uniform|f64|1|10000000", "NumPy", "rng.random (PCG64)", 12, 1.0, "80 MB", MEMORY),
           ("normal 1e7", "normal|f64|1|10000000", "NumPy", "rng.standard_normal (PCG64)", 18, 3.5, "80 MB", OTHER)),
    *lines(43, "estimators",
           ("KMeans 1e5x50 k=20 20 it", models(KMEANS.format(20, 20), "fit", "none", 100000, 50),
            "sklearn", "KMeans.fit", 6, 15, "4 GF + 0.8 GB", FLOPS),
           ("KMeans 1e5x50 k=256 x10", models(KMEANS.format(256, 10), "fit", "none", 100000, 50),
            "sklearn", "KMeans.fit", 4, 123, "33 GF", FLOPS)),
    *lines(44, "estimators",
           ("StandardScaler fit_transform 1e5x100", models("StandardScaler()", "fit_transform", "none", 100000, 100),
            "sklearn", "StandardScaler.fit_transform", 12, 3, "240 MB", MEMORY),
           ("GaussianNB predict 1e5x100", models("GaussianNB()", "predict", "classes 2", 100000, 100),
            "sklearn", "GaussianNB.predict", 25, 1, "80 MB", MEMORY)),
    *lines(45, "estimators",
           ("PCA full 1e5x100", models("PCA(svd_solver='full')", "fit", "none", 100000, 100),
            "sklearn", "PCA.fit", 30, 7.5, "1-2 GF, 80 MB", FLOPS),
           ("LinearRegression 1e5x100", models("LinearRegression()", "fit", "number", 100000, 100),
            "sklearn", "LinearRegression.fit", 30, 7.5, "1-2 GF, 80 MB", FLOPS)),
    *lines(46, "estimators",
           ("LogisticRegression 1e5x100", models("LogisticRegression()", "fit", "classes 2", 100000, 100),
            "sklearn", "LogisticRegression.fit", 5, 22, "22 x 80 MB fused pass", MEMORY),
           ("Lasso 1e4x500", models("Lasso(alpha=0.01)", "fit", "number", 10000, 500), "sklearn", "Lasso.fit", 3, 10, "Gram 5 GF", FLOPS)),
    *lines(47, "estimators",
           ("DecisionTree 1e5x20", models("DecisionTreeClassifier(random_state=0)", "fit", "classes 2", 100000, 20),
            "sklearn", "DecisionTreeClassifier.fit", 40, 10, "~17 levels x 48 MB L2/L3", CACHE),
           ("RandomForest100 2e4x20", models("RandomForestClassifier(n_jobs=2, random_state=0)", "fit", "classes 2", 20000, 20),
            "sklearn", "RandomForestClassifier.fit", 25, 60, "~17 levels x 48 MB L2/L3", CACHE)),
    *lines(48, "estimators",
           ("GradientBoosting100 1e4x20", models("GradientBoostingClassifier(random_state=0)", "fit", "classes 2", 10000, 20),
            "sklearn", "GradientBoostingClassifier.fit", 40, 90, "0.38 ns/update", OTHER),
           ("HistGB100 1e5x20", models("HistGradientBoostingClassifier(early_stopping=False, random_state=0)", "fit", "classes 2", 100000, 20),
            "sklearn", "HistGradientBoostingClassifier.fit", 4, 150, "0.38 ns/update", OTHER)),
    *lines(49, "estimators",
           ("SVC predict 5000", models("SVC()", "predict", "classes 2", 5000, 20), "sklearn", "SVC.predict", 40, 3, "6e6 exp + 0.25 GF", FLOPS),
           ("kNN brute 1000 q 5e4x50", models("KNeighborsClassifier(algorithm='brute', n_jobs=2)", "predict@1000", "classes 3", 50000, 50),
            "sklearn", "KNeighborsClassifier.predict", 3.5, 19, "5 GF", FLOPS)),
    *lines(50, "arrays",
           ("small call: add(8), out=", "add_into|f64|1|8", "NumPy", "np.add(a, b, out=c)", 25, None, "~10 ns call", OTHER),
           ("small call: add(8), new result", "add|f64|1|8", "NumPy", "a + b", 25, None, "~10 ns call", OTHER)),
    *[line._replace(key=f"50{letter}") for letter, line in zip("cde", lines(
        50, "estimators",
        ("small call: logreg 1 row", models("LogisticRegression()", "serve", "classes 2", 1000, 20),
         "sklearn", "LogisticRegression.predict", 500, None, "~10 ns call", OTHER),
        ("small call: forest100 1 row", models("RandomForestClassifier(random_state=0)", "serve", "classes 2", 20000, 20),
         "sklearn", "RandomForestClassifier.predict", 800, None, "100 tree walks", OTHER),
        ("small call: pipeline 1 row", models("StandardScaler() | LogisticRegression()", "serve", "classes 2", 1000, 20),
         "sklearn", "Pipeline.predict", 500, None, "~10 ns call", OTHER)))],
]
