"""What the scripts share that alternate samples with a program of bench/: data, the program at work, paired samples."""
import collections
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
THREADS = 1 if PROCESSOR else len(os.sched_getaffinity(0))
REST, LIMIT = 0.15, 12.0  # seconds: OpenBLAS's threads look for work for 105 ms; a case
SAMPLE, SLOW = 20_000_000, 2_000_000_000  # ns
SLOW_PAIRS = 3  # of a case one side of which is slow
CALX = "Calx"
OTHERS = "--others" in sys.argv  # more peers than those that count

# what a script makes of a case: the words that ask the program for it, the peers' calls by their names, whether the
# results agree
Case = collections.namedtuple("Case", "head label peers good")


def numbers(i):
    mask = np.uint64(0xffffffff)
    x = (i.astype(np.uint64) * np.uint64(2654435761)) & mask
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(2246822519)) & mask
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(3266489917)) & mask
    x ^= x >> np.uint64(16)
    return x.astype(np.float64) * 2.0**-32 - 0.5


PART = 1000000  # elements that are looked at together


def fingerprint(x, weights=13, sign=False):
    """What peer.h makes of a result."""
    flat, total = np.asarray(x, order="C").ravel(), 0.0
    for at in range(0, flat.size, PART):
        part = flat[at:at + PART]
        size = np.abs(part).astype(np.float64)
        total += np.dot(part + 2 * size if sign else size, 1.0 + np.arange(at, at + part.size) % weights)
    return float(total / flat.size)


def timed(f, calls):
    start = CLOCK()
    for _ in range(calls):
        f()
    return (CLOCK() - start) / calls


class Program:
    """The program on the other side of a pipe, with so many threads."""

    def __init__(self, path, threads=THREADS):
        self.threads = threads
        self.child = subprocess.Popen([path] + ["processor"] * PROCESSOR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env=dict(os.environ, CX_NUM_THREADS=str(threads)))
        use_threads(threads)

    def ask(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline().strip()
        if not answer:
            sys.exit(f"the program ended at {line!r}")
        return answer

    def agrees(self, head, own, bound):
        """Whether a number of the program's result is the peer's, within a part of it."""
        mine = float(self.ask(head + "check"))
        good = abs(mine - own) <= bound * abs(own)
        if not good:
            print(f"{head}: results differ, {mine} and {own}", flush=True)
        return good

    def end(self):
        self.child.stdin.close()
        return self.child.wait()


class Others:
    """How many processors the rest of the machine keeps busy from now on."""

    def __init__(self, program):
        self.program, self.start = program, time.monotonic()
        self.busy = self.seconds()

    def seconds(self):
        with open("/proc/stat") as f:
            user, nice, system, _, _, *rest = map(int, f.readline().split()[1:9])
        with open(f"/proc/{self.program.child.pid}/stat") as f:
            child = sum(map(int, f.read().rpartition(")")[2].split()[11:13]))
        return (user + nice + system + sum(rest) - child) / os.sysconf("SC_CLK_TCK") - time.process_time()

    def load(self):
        return max(0.0, (self.seconds() - self.busy) / max(1e-9, time.monotonic() - self.start))


def use_threads(n):
    """So many threads for what the peers stand on: BLAS, OpenMP, numexpr, PyTorch."""
    if threadpoolctl is not None:
        threadpoolctl.threadpool_limits(n)
    elif n != len(os.sched_getaffinity(0)):
        sys.exit("thread counts need the package threadpoolctl")
    if "numexpr" in sys.modules:
        sys.modules["numexpr"].set_num_threads(n)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(n)


def blas():
    """The libraries of the peers' products and what they chose for this processor."""
    np.matmul(np.ones((64, 64)), np.ones((64, 64)))
    return [f"{p['internal_api']} {p['version']} {p.get('architecture', '')} {p['num_threads']} threads"
            for p in (threadpoolctl.threadpool_info() if threadpoolctl else [])]


def heads(program, library, width):
    print(program.ask("about"))
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {library}; {'; '.join(blas()) or 'BLAS unknown'}; "
          f"{len(os.sched_getaffinity(0))} CPUs, load {os.getloadavg()[0]:.1f}")
    print(f"{'':{width}} {'Calx, ms':>10} {'peer, ms':>19} {'ratio':>16} {'pairs':>5}")


def samples(program, case, pairs):
    """Nanoseconds a call of Calx and of every peer, in turns, with a rest between in which the others' threads fall asleep."""
    def ask(calls):
        return float(program.ask(f"{case.head}{calls}")) / calls

    def sleeping(f):
        if program.threads > 1:
            time.sleep(REST)
        return f()

    def first(f):  # of two calls; one that is long needs no warming
        once = f(1)
        return once if once > SLOW else min(once, f(1))

    sides = {CALX: ask}
    sides.update((name, lambda n, f=f: timed(f, n)) for name, f in case.peers.items())
    once = {name: sleeping(lambda f=f: first(f)) for name, f in sides.items()}
    slow = max(once.values()) > SLOW
    if min(once.values()) > SLOW:
        return {name: [t] for name, t in once.items()}
    calls = {name: max(1, int(SAMPLE / t)) for name, t in once.items()}
    times, start = {name: [t] if slow else [] for name, t in once.items()}, time.monotonic()
    pairs = min(pairs, SLOW_PAIRS) if slow else pairs
    while len(times[CALX]) < pairs and (len(times[CALX]) < 5 or time.monotonic() - start < LIMIT):
        for name, f in sides.items():
            times[name].append(sleeping(lambda f=f, name=name: f(calls[name])))
    return times


def ratios(times, peer):
    """Best by best, and the median of pairs."""
    return min(times[peer]) / min(times[CALX]), statistics.median(t / o for t, o in zip(times[peer], times[CALX]))


def row(program, case, width, pairs):
    """A line of the table."""
    times = samples(program, case, pairs)
    line = f"{case.label:{width}} {min(times[CALX]) * 1e-6:10.5g}"
    for peer in case.peers:
        best, middle = ratios(times, peer)
        line += f" {peer:>8} {min(times[peer]) * 1e-6:10.5g} {best:7.2f} ({middle:6.2f})"
    print(f"{line} {len(times[CALX]):5}", flush=True)


def table(prepare, cases, chosen, library, width, pairs):
    """The main program of a script, whose arguments are PROGRAM [CASE[,CASE] [PAIRS]]: prepare(program, case) makes a Case,
    chosen(case, words) says whether CASE means it."""
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    if len(args) > 1 and args[1] != "all":
        cases = [c for c in cases if chosen(c, args[1].split(","))]
    pairs = int(args[2]) if len(args) > 2 else pairs
    program, good = Program(args[0]), True
    heads(program, library, width)
    for c in cases:
        case = prepare(program, c)
        row(program, case, width, pairs)
        good &= case.good
    return program.end() or not good
