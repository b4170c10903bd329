"""Reference values of products and numpy.linalg for test_linalg.c: python make_linalg.py writes linalg.safetensors beside this file.

Every case is one operation: <case>/a, <case>/b and the results. float64 throughout; complex arrays have a last axis of 2 (real, imaginary).
"""
import os

import numpy as np
from safetensors.numpy import save_file

rng = np.random.default_rng(20)
out = {}


def put(name, value):
    value = np.asarray(value)
    if np.iscomplexobj(value):
        value = np.stack([value.real, value.imag], -1)
    out[name] = np.array(value, dtype=np.float64, order="C")


def case(name, result, **inputs):
    for key, value in inputs.items():
        put(f"{name}/{key}", value)
    if isinstance(result, tuple):
        for i, part in enumerate(result):
            put(f"{name}/{i}", part)
    else:
        put(f"{name}/0", result)


def real(*shape):
    return np.round(rng.standard_normal(shape), 3)


def complex_(*shape):
    return real(*shape) + 1j * real(*shape)


for kind, make in (("real", real), ("complex", complex_)):
    a, b, batch = make(5, 5), make(5, 3), make(2, 3, 4, 4)
    tall, wide = make(6, 4), make(3, 5)
    pos = a @ a.conj().T + 3 * np.eye(5)
    case(f"{kind}/solve", np.linalg.solve(a, b), a=a, b=b)
    case(f"{kind}/inv", np.linalg.inv(batch), a=batch)
    case(f"{kind}/det", np.linalg.det(batch), a=batch)
    case(f"{kind}/slogdet", tuple(np.linalg.slogdet(batch)), a=batch)
    case(f"{kind}/cholesky", np.linalg.cholesky(pos), a=pos)
    case(f"{kind}/eigvalsh", np.linalg.eigvalsh(pos), a=pos)
    case(f"{kind}/svdvals", np.linalg.svdvals(tall), a=tall)
    case(f"{kind}/pinv", np.linalg.pinv(wide), a=wide)
    case(f"{kind}/cond", np.linalg.cond(batch), a=batch)
    case(f"{kind}/power", np.linalg.matrix_power(a, 5), a=a)
    case(f"{kind}/power_negative", np.linalg.matrix_power(a, -3), a=a)
    y = make(6, 2)
    case(f"{kind}/lstsq", tuple(np.linalg.lstsq(tall, y, rcond=None)), a=tall, b=y)
    y = make(3)
    case(f"{kind}/lstsq_wide", tuple(np.linalg.lstsq(wide, y, rcond=None)), a=wide, b=y)
    poor = np.concatenate([tall, tall[:, :1] + tall[:, 1:2]], axis=1)
    y = make(6)
    case(f"{kind}/lstsq_poor", tuple(np.linalg.lstsq(poor, y, rcond=None)), a=poor, b=y)
    case(f"{kind}/rank", np.linalg.matrix_rank(poor), a=poor)
    x = make(3, 4)
    case(f"{kind}/vdot", np.vdot(x, 2 * x + 1), a=x, b=2 * x + 1)
    case(f"{kind}/dot", np.dot(x, tall.T), a=x, b=tall.T)
    case(f"{kind}/inner", np.inner(x, tall), a=x, b=tall)
    case(f"{kind}/outer", np.outer(x, wide), a=x, b=wide)
    q, r = np.linalg.qr(tall)
    case(f"{kind}/qr", (q, r), a=tall)

v, m, t = real(7), real(4, 6), real(3, 4, 5)
v[2] = 0
for ord_ in (0, 1, 2, 3, 0.5, -1, -2, np.inf, -np.inf):
    case(f"norm/vector/{ord_}", np.linalg.norm(v, ord_), a=v)
    case(f"norm/axis/{ord_}", np.linalg.norm(t, ord_, axis=1), a=t)
for ord_ in (1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"):
    case(f"norm/matrix/{ord_}", np.linalg.norm(m, ord_), a=m)
    case(f"norm/axes/{ord_}", np.linalg.norm(t, ord_, axis=(2, 0)), a=t)
    case(f"norm/kept/{ord_}", np.linalg.norm(t, ord_, axis=(0, 1), keepdims=True), a=t)
case("norm/all", np.linalg.norm(t), a=t)
z = complex_(3, 3)
case("norm/complex", np.linalg.norm(z), a=z)

save_file(out, os.path.join(os.path.dirname(os.path.abspath(__file__)), "linalg.safetensors"), {"numpy": np.__version__})
