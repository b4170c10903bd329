"""More columns for board.py --others, where they can be imported: PyTorch on the CPU, scikit-learn-intelex."""
import importlib

try:
    import torch
except ImportError:
    torch = None
try:
    import sklearnex
except ImportError:
    sklearnex = None

# of tensors on the memory of NumPy's arrays
ARRAYS = {
    "add": lambda d: d.a + d.b,
    "exp": lambda d: torch.exp(d.a),
    "tanh": lambda d: torch.tanh(d.a),
    "power": lambda d: torch.pow(d.a, d.b),
    "where": lambda d: torch.where(d.mask, d.a, d.b),
    "sum": lambda d: torch.sum(d.a),
    "cumsum": lambda d: torch.cumsum(d.a, 0),
    "sort": lambda d: torch.sort(d.a).values,
    "transpose": lambda d: d.a.T.contiguous(),
}
LINALG = {
    "matmul": lambda a, b: torch.matmul(a, b),
    "gram": lambda a, b: a.T @ a,
    "solve": lambda a, b: torch.linalg.solve(a, b),
    "inv": lambda a, b: torch.linalg.inv(a),
    "cholesky": lambda a, b: torch.linalg.cholesky(a),
    "qr": lambda a, b: torch.linalg.qr(a),
    "eigh": lambda a, b: torch.linalg.eigh(a),
    "svd": lambda a, b: torch.linalg.svd(a),
}
MODULES = ("cluster", "decomposition", "ensemble", "linear_model", "neighbors", "svm")


class Tensors:
    """The arrays of a case as tensors, made when asked for."""

    def __init__(self, data):
        self.data = data

    def __getattr__(self, name):
        value = torch.from_numpy(getattr(self.data, name))
        setattr(self, name, value)
        return value


def arrays(name, data):
    if torch is None or name not in ARRAYS:
        return {}
    call, tensors = ARRAYS[name], Tensors(data)
    return {"torch": lambda: call(tensors)}


def linalg(name, a, b):
    if torch is None or name not in LINALG:
        return {}
    call, of = LINALG[name], [torch.from_numpy(m) for m in (a, b)]
    return {"torch": lambda: call(*of)}


def patched():
    """The names of scikit-learn's classes that scikit-learn-intelex has."""
    names = {}
    for module in MODULES if sklearnex is not None else ():
        names.update(vars(importlib.import_module(f"sklearnex.{module}")))
    return {k: v for k, v in names.items() if isinstance(v, type)}
