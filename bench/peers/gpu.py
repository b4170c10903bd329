"""CuPy's, PyTorch's and JAX's rates for the rows of bench_gpu, best of five: the first two timed with CUDA events, JAX, which
has none and compiles each row, by the clock over ten calls in a queue.

usage: python gpu.py [ELEMENTS]; a library that is not installed is left out.
"""
import sys

n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000_000
side = int(n**0.5) // 32 * 32
order = 8192 if n >= 1_000_000 else 32
stack = 100_000 if n >= 1_000_000 else 400
stack_rows = ("solve", "inv", "cholesky", "eigh", "svd", "qr")


def report(library, name, seconds, bytes_=None, flops=None):
    if flops:
        print(f"{library:8} {name:28} {1e-12 * flops / seconds:9.2f} TFLOP/s")
    elif bytes_:
        print(f"{library:8} {name:28} {1e-9 * bytes_ / seconds:9.1f} GB/s")
    else:
        print(f"{library:8} {name:28} {1e6 * seconds:9.2f} us")


def rows(library, time, host_time, f):
    b = 4.0 * n
    report(library, "copy", time(f["copy"]), 2 * b)
    report(library, "a * b + c, two calls", time(f["chain"]), 6 * b)
    report(library, "a * b + c, fused", time(f["fused3"]), 4 * b)
    report(library, "(a*b + c)*d - e, fused", time(f["fused5"]), 6 * b)
    report(library, "exp(-(a - b)**2 / c), fused", time(f["gauss"]), 4 * b)
    report(library, "exp", time(f["exp"]), 2 * b)
    report(library, "cast to float64", time(f["wide"]), 3 * b)
    report(library, "sum", time(f["sum"]), b)
    report(library, "transpose", time(f["transpose"]), 8.0 * side * side)
    report(library, "gather, 4-byte elements", time(f["gather"]), 16.0 * n)
    report(library, "gather, rows of 64", time(f["rows"]), 2 * b)
    report(library, "sort", time(f["sort"]))
    for kind in ("float32", "float64", "float16", "complex64"):
        flops = (8.0 if kind == "complex64" else 2.0) * order**3
        report(library, f"matmul {kind} {order}", time(f[kind]), flops=flops)
    for kind in ("float32", "float64"):
        for m in (4, 8, 16, 32):
            count = stack * 4 // m
            for row in stack_rows:
                try:
                    seconds = time(lambda: f["stack"](row, kind, m, count))
                except Exception as reason:  # not every library takes stacks everywhere
                    print(f"{library:8} {row:8} {kind:8} {m:2} x {m:<2} {reason}")
                    continue
                rate = 1e-6 * count / seconds
                print(f"{library:8} {row:8} {kind:8} {m:2} x {m:<2} x {count:7} {rate:9.2f} million matrices/s")
    report(library, "add of 8 elements, queued", host_time(f["small"]))


def cupy_rows():
    import time as clock

    import cupy as cp

    def time(body):
        body()
        best = 1e9
        for _ in range(5):
            a, b = cp.cuda.Event(), cp.cuda.Event()
            a.record()
            for _ in range(10):
                body()
            b.record()
            b.synchronize()
            best = min(best, cp.cuda.get_elapsed_time(a, b) / 1e4)
        return best

    def host_time(body):
        best = 1e9
        for _ in range(5):
            t = clock.perf_counter()
            for _ in range(2000):
                body()
            best = min(best, (clock.perf_counter() - t) / 2000)
            cp.cuda.Device().synchronize()
        return best

    x, y = (cp.random.random(n, dtype=cp.float32) for _ in range(2))
    out, wide, turned = cp.empty_like(x), cp.empty(n, cp.float64), cp.empty((side, side), cp.float32)
    square = x[: side * side].reshape(side, side)
    at = cp.random.randint(0, n, n)
    table, rows_at = x[: n // 64 * 64].reshape(-1, 64), cp.random.randint(0, n // 64, n // 64)
    small, into = cp.ones(8, cp.float32), cp.ones(8, cp.float32)

    def chain():
        cp.multiply(x, y, out=out)
        cp.add(out, x, out=out)

    d, e, g = (cp.random.random(n, dtype=cp.float32) for _ in range(3))
    fused3 = cp.fuse()(lambda a, b, c: a * b + c)
    fused5 = cp.fuse()(lambda a, b, c, d, e: (a * b + c) * d - e)
    gauss = cp.fuse()(lambda a, b, c: cp.exp(-((a - b) ** 2) / c))

    f = {
        "copy": lambda: cp.copyto(out, x),
        "fused3": lambda: fused3(x, y, d),
        "fused5": lambda: fused5(x, y, d, e, g),
        "gauss": lambda: gauss(x, y, d),
        "chain": chain,
        "exp": lambda: cp.exp(x, out=out),
        "wide": lambda: cp.copyto(wide, x),
        "sum": lambda: x.sum(),
        "transpose": lambda: cp.copyto(turned, square.T),
        "gather": lambda: cp.take(x, at),
        "rows": lambda: cp.take(table, rows_at, axis=0),
        "sort": lambda: cp.sort(x),
        "small": lambda: cp.add(small, small, out=into),
    }
    for kind in ("float32", "float64", "float16", "complex64"):
        m = cp.random.random((order, order), dtype=cp.float32).astype(kind)
        f[kind] = lambda m=m: cp.matmul(m, m)
    operands = {}

    def on_stack(row, kind, m, count):
        if (kind, m) not in operands:
            operands.clear()
            v = cp.random.random((count, m, m), dtype=cp.float32).astype(kind)
            b = cp.random.random((count, m, 1), dtype=cp.float32).astype(kind)
            operands[kind, m] = v @ v.transpose(0, 2, 1) + cp.eye(m, dtype=kind), b
        v, b = operands[kind, m]
        if row == "solve":
            cp.linalg.solve(v, b)
        elif row == "svd":
            cp.linalg.svd(v, full_matrices=False)
        else:
            getattr(cp.linalg, row)(v)

    f["stack"] = on_stack
    rows("cupy", time, host_time, f)


def torch_rows():
    import time as clock

    import torch

    torch.backends.cuda.matmul.allow_tf32 = False

    def time(body):
        body()
        best = 1e9
        for _ in range(5):
            a, b = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            a.record()
            for _ in range(10):
                body()
            b.record()
            b.synchronize()
            best = min(best, a.elapsed_time(b) / 1e4)
        return best

    def host_time(body):
        best = 1e9
        for _ in range(5):
            t = clock.perf_counter()
            for _ in range(2000):
                body()
            best = min(best, (clock.perf_counter() - t) / 2000)
            torch.cuda.synchronize()
        return best

    gpu = torch.device("cuda")
    x, y = (torch.rand(n, device=gpu) for _ in range(2))
    out, wide = torch.empty_like(x), torch.empty(n, dtype=torch.float64, device=gpu)
    turned, square = torch.empty(side, side, device=gpu), x[: side * side].view(side, side)
    at = torch.randint(0, n, (n,), device=gpu)
    table, rows_at = x[: n // 64 * 64].view(-1, 64), torch.randint(0, n // 64, (n // 64,), device=gpu)
    small, into = torch.ones(8, device=gpu), torch.ones(8, device=gpu)

    def chain():
        torch.mul(x, y, out=out)
        torch.add(out, x, out=out)

    d, e, g = (torch.rand(n, device=gpu) for _ in range(3))
    fused3 = torch.compile(lambda a, b, c: a * b + c)
    fused5 = torch.compile(lambda a, b, c, d, e: (a * b + c) * d - e)
    gauss = torch.compile(lambda a, b, c: torch.exp(-((a - b) ** 2) / c))

    f = {
        "copy": lambda: out.copy_(x),
        "fused3": lambda: fused3(x, y, d),
        "fused5": lambda: fused5(x, y, d, e, g),
        "gauss": lambda: gauss(x, y, d),
        "chain": chain,
        "exp": lambda: torch.exp(x, out=out),
        "wide": lambda: wide.copy_(x),
        "sum": lambda: x.sum(),
        "transpose": lambda: turned.copy_(square.T),
        "gather": lambda: torch.take(x, at),
        "rows": lambda: torch.index_select(table, 0, rows_at),
        "sort": lambda: torch.sort(x),
        "small": lambda: torch.add(small, small, out=into),
    }
    for kind in ("float32", "float64", "float16", "complex64"):
        m = torch.rand(order, order, device=gpu).to(getattr(torch, kind))
        f[kind] = lambda m=m: torch.matmul(m, m)
    operands = {}

    def on_stack(row, kind, m, count):
        if (kind, m) not in operands:
            operands.clear()
            v = torch.rand(count, m, m, device=gpu).to(getattr(torch, kind))
            b = torch.rand(count, m, 1, device=gpu).to(v.dtype)
            operands[kind, m] = v @ v.mT + torch.eye(m, device=gpu, dtype=v.dtype), b
        v, b = operands[kind, m]
        if row == "solve":
            torch.linalg.solve(v, b)
        elif row == "svd":
            torch.linalg.svd(v, full_matrices=False)
        else:
            getattr(torch.linalg, row)(v)

    f["stack"] = on_stack
    rows("torch", time, host_time, f)


def jax_rows():
    import time as clock

    import jax
    import jax.numpy as jnp

    if jax.default_backend() != "gpu":
        print("jax has no GPU here")
        return
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_default_matmul_precision", "highest")

    def timed(body, calls, wait):
        jax.block_until_ready(body())
        best = 1e9
        for _ in range(5):
            t = clock.perf_counter()
            for _ in range(calls):
                result = body()
            queued = clock.perf_counter() - t
            jax.block_until_ready(result)
            best = min(best, (clock.perf_counter() - t if wait else queued) / calls)
        return best

    keys = iter(jax.random.split(jax.random.key(0), 99))
    draw = lambda *shape: jax.random.uniform(next(keys), shape, jnp.float32)
    x, y, d, e, g = (draw(n) for _ in range(5))
    square, at = x[: side * side].reshape(side, side), jax.random.randint(next(keys), (n,), 0, n)
    table, rows_at = x[: n // 64 * 64].reshape(-1, 64), jax.random.randint(next(keys), (n // 64,), 0, n // 64)
    small = jnp.ones(8, jnp.float32)

    def bound(function, *operands):  # compiled; operands are arguments, so that nothing folds them
        compiled = jax.jit(function)
        return lambda: compiled(*operands)

    multiply, add = jax.jit(jnp.multiply), jax.jit(jnp.add)
    f = {
        "copy": bound(jnp.copy, x),
        "chain": lambda: add(multiply(x, y), x),
        "fused3": bound(lambda a, b, c: a * b + c, x, y, d),
        "fused5": bound(lambda a, b, c, d, e: (a * b + c) * d - e, x, y, d, e, g),
        "gauss": bound(lambda a, b, c: jnp.exp(-((a - b) ** 2) / c), x, y, d),
        "exp": bound(jnp.exp, x),
        "wide": bound(lambda a: a.astype(jnp.float64), x),
        "sum": bound(jnp.sum, x),
        "transpose": bound(lambda a: a.T + 0, square),
        "gather": bound(lambda a, i: jnp.take(a, i), x, at),
        "rows": bound(lambda a, i: jnp.take(a, i, axis=0), table, rows_at),
        "sort": bound(jnp.sort, x),
        "small": bound(jnp.add, small, small),
    }
    for kind in ("float32", "float64", "float16", "complex64"):
        f[kind] = bound(jnp.matmul, *[draw(order, order).astype(kind)] * 2)
    operands = {}

    def on_stack(row, kind, m, count):
        if (row, kind, m) not in operands:
            operands.clear()
            v = draw(count, m, m).astype(kind)
            v = v @ jnp.swapaxes(v, 1, 2) + jnp.eye(m, dtype=kind)
            if row == "solve":
                operands[row, kind, m] = bound(jnp.linalg.solve, v, draw(count, m, 1).astype(kind))
            elif row == "svd":
                operands[row, kind, m] = bound(lambda a: jnp.linalg.svd(a, full_matrices=False), v)
            else:
                operands[row, kind, m] = bound(getattr(jnp.linalg, row), v)
        return operands[row, kind, m]()

    f["stack"] = on_stack
    rows("jax", lambda body: timed(body, 10, True), lambda body: timed(body, 2000, False), f)


for library in (cupy_rows, torch_rows, jax_rows):
    try:
        library()
    except ImportError as missing:
        print(missing)
