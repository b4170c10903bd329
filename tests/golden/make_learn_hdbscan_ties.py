"""Write learn_hdbscan_ties.tsv: labels of scikit-learn's HDBSCAN where many steps of the spanning tree are equally long.

Run from this folder with the versions of VERSIONS. scikit-learn sorts these steps with numpy.argsort's default, whose order of equal numbers differs between
processors: of the first of these grids labels with and without AVX-512 (NPY_DISABLE_CPU_FEATURES="AVX512_SKX AVX512_ICL AVX512_SPR X86_V4") have
an adjusted Rand index of 0.2 to 1. Here its sort is stable, the order that Calx documents. Grids are those of the test: a small generator makes them.
"""
from pathlib import Path

import numpy as np
import sklearn
from sklearn.cluster import HDBSCAN
from sklearn.cluster._hdbscan import hdbscan

here = Path(__file__).resolve().parent


class Stable:
    """NumPy, but for the order of equal numbers."""

    def __getattr__(self, name):
        return getattr(np, name)

    def argsort(self, a):
        return np.argsort(a, kind="stable")


hdbscan.np = Stable()


def grid(seed):
    state = seed + 1

    def draw(below):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % below

    n, side, columns = 60 + draw(240), 4 + draw(12), 1 + draw(3)
    x = np.array([[draw(side) for _ in range(columns)] for _ in range(n)], dtype=float)
    if seed % 2:
        x[: n // 2] += side + 3
    return x


lines = []
for seed in range(20):
    for way in ("brute", "kd_tree"):
        for name, options in (("eom", {}), ("leaf", {"min_samples": 3, "min_cluster_size": 8, "cluster_selection_method": "leaf"})):
            m = HDBSCAN(algorithm=way, copy=True, **options).fit(grid(seed))
            lines.append(f"{seed}/{way}_{name}\t" + " ".join(str(v) for v in m.labels_))
    # no tree is for this metric: core distances are of scaled distances
    m = HDBSCAN(metric="sqeuclidean", alpha=0.7, copy=True).fit(grid(seed))
    lines.append(f"{seed}/auto_squares\t" + " ".join(str(v) for v in m.labels_))
(here / "learn_hdbscan_ties.tsv").write_text(f"# scikit-learn {sklearn.__version__}, NumPy {np.__version__}; see make_learn_hdbscan_ties.py\n" + "\n".join(lines) + "\n")
