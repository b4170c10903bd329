"""What the scripts share that alternate samples with a program of bench/: data, the program at work, paired samples."""
import os
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if name in os.environ:
        sys.exit(f"unset {name}")
try:
    import threadpoolctl
except ImportError:
    threadpoolctl = None

PROCESSOR = "--processor" in sys.argv  # one thread on both sides, whose processor time counts
CLOCK = time.process_time_ns if PROCESSOR else time.perf_counter_ns
REST, LIMIT = 0 if PROCESSOR else 0.15, 12.0  # seconds: OpenBLAS's threads look for work for 105 ms; a case
SAMPLE, SLOW = 20_000_000, 2_000_000_000  # ns


def numbers(i):
    mask = np.uint64(0xffffffff)
    x = (i.astype(np.uint64) * np.uint64(2654435761)) & mask
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(2246822519)) & mask
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(3266489917)) & mask
    x ^= x >> np.uint64(16)
    return x.astype(np.float64) * 2.0**-32 - 0.5


def timed(f, calls):
    start = CLOCK()
    for _ in range(calls):
        f()
    return (CLOCK() - start) / calls


class Program:
    """The program on the other side of a pipe."""

    def __init__(self, path):
        if PROCESSOR:
            threadpoolctl.threadpool_limits(1)
        self.child = subprocess.Popen([path] + ["processor"] * PROCESSOR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline().strip()
        if not answer:
            sys.exit(f"the program ended at {line!r}")
        return answer

    def end(self):
        self.child.stdin.close()
        return self.child.wait()


def heads(program, library, width):
    print(program.ask("about"))
    np.matmul(np.ones((64, 64)), np.ones((64, 64)))
    blas = [f"{p['internal_api']} {p['version']} {p.get('architecture', '')} {p['num_threads']} threads"
            for p in (threadpoolctl.threadpool_info() if threadpoolctl else [])]
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {library}; {'; '.join(blas) or 'BLAS unknown'}; "
          f"{len(os.sched_getaffinity(0))} CPUs, load {os.getloadavg()[0]:.1f}")
    print(f"{'':{width}} {'Calx, ms':>10} {'peer, ms':>10} {'ratio':>16} {'pairs':>5}")


def row(program, head, label, theirs, pairs):
    """A line of the table: `head` and a number of calls ask for Calx's nanoseconds, theirs() is the peer's call."""
    def ask(calls):
        return float(program.ask(f"{head}{calls}"))

    def first(f):  # of two calls; one that is long needs no warming
        once = f(1)
        return once if once > SLOW else min(once, f(1))

    own = first(ask)
    time.sleep(REST)
    their = first(lambda n: timed(theirs, n))
    calls, their_calls = (max(1, int(SAMPLE / t)) for t in (own, their))
    ours, times, start = [], [], time.monotonic()
    if min(own, their) > SLOW:
        ours, times = [own], [their]
    while len(ours) < pairs and (len(ours) < 5 or time.monotonic() - start < LIMIT):
        time.sleep(REST)
        ours.append(ask(calls) / calls)
        time.sleep(REST)
        times.append(timed(theirs, their_calls))
    middle = statistics.median(t / o for t, o in zip(times, ours))
    print(f"{label} {min(ours) * 1e-6:10.4f} {min(times) * 1e-6:10.4f} "
          f"{min(times) / min(ours):7.2f} ({middle:6.2f}) {len(ours):4}", flush=True)
