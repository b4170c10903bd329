"""The board of peers: python board.py [options] FOLDER [ROWS].

FOLDER holds the programs of bench/; ROWS is "1-9,24,31a" (all rows). Every row is measured in pairs of samples that alternate,
its result compared with the peer's once, with one thread and with two. A ratio is the peer's time by Calx's: best against
best, the median of pairs in brackets; one below 0.95 is marked. Ends with 1 if a result was wrong. Rows 35 to 42 belong to modules
that do not exist yet.

--threads 1,2      thread counts
--pairs N          at most so many pairs of samples (11; --fast: 3)
--fast             few pairs, one of slow calls
--output FILE      results go into this JSON file after every row, beside what other rows and peers left there, and as a table
                   into the .md beside it
--name NAME        these peers' name in it (newest)
--resume           leave out what FILE has of these peers
--others           more columns: scikit-learn-intelex and PyTorch, where they can be imported
--commit TEXT      what was built
--processor        processor time of one thread, for machines with neighbours
"""
import argparse
import importlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import scipy
import sklearn

import board_table
import pairs
from board_rows import BOARD, CACHE, FLOPS, MEMORY, NOT_YET
from pairs import CALX, Others, Program, blas, ratios, samples, use_threads

CACHED = 16e6  # bytes that a copy reads and writes in the last cache
LOADED = 0.3  # processors: a row beside whose samples others kept more of them busy is measured again


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def first_line(path, start=""):
    try:
        with open(path) as f:
            return next(line.rstrip("\n") for line in f if line.startswith(start))
    except (OSError, StopIteration):
        return "?"


def environment(about, options):
    names = ["numexpr"] + ["scikit-learn-intelex", "torch"] * options.others
    versions = {"Python": platform.python_version(), "NumPy": np.__version__, "SciPy": scipy.__version__,
                "scikit-learn": sklearn.__version__}
    versions.update((n, v) for n, v in ((n, version(n)) for n in names) if v)
    return {
        "calx": about, "commit": options.commit, "versions": versions, "blas": blas(),
        "processor": first_line("/proc/cpuinfo", "model name").partition(": ")[2], "processors": len(os.sched_getaffinity(0)),
        "huge pages": first_line("/sys/kernel/mm/transparent_hugepage/enabled"), "load": round(os.getloadavg()[0], 1),
        "date": time.strftime("%Y-%m-%d %H:%M"), "clock": "processor" if pairs.PROCESSOR else "wall",
        "pairs": options.pairs, "ceilings": ceilings(options.folder), "OPENBLAS_CORETYPE": "unset", "OPENBLAS_L2_SIZE": "unset",
    }


def ceilings(folder):
    """What this machine does with all its threads, as calx bench measures it: the rates that STUDY has of another."""
    with tempfile.TemporaryDirectory() as made:
        path = os.path.join(made, "ceilings.json")
        if subprocess.run([os.path.join(folder, "calx"), "bench", "--suite", "ops", "--only", "add", "--size", "1000", "--dtype", "float64",
                           "--device", "cpu", "--json", path], stdout=subprocess.DEVNULL).returncode:
            return None
        with open(path) as f:
            found = json.load(f)["ceilings"][0]
    copies = {copy["bytes"]: copy["gbs"] for copy in found["copies"]}
    return {MEMORY: found["copy_gbs"], CACHE: copies[min(copies, key=lambda n: abs(n - CACHED))], FLOPS: found["f64_gflops"]}


class Programs:
    """The programs of bench/ by script and thread count, started when first needed."""

    def __init__(self, folder):
        self.folder, self.running = folder, {}

    def get(self, script, threads):
        if (script, threads) not in self.running:
            self.running[script, threads] = Program(os.path.join(self.folder, f"bench_{script}"), threads)
        use_threads(threads)
        return self.running[script, threads]

    def end(self):
        return all([p.end() == 0 for p in self.running.values()])


def case_of(line):
    """The script and the one case of it that a line means."""
    script = importlib.import_module(line.script)
    found = [c for c in script.CASES if ("|".join(map(str, c if isinstance(c, tuple) else (c,))) + "|").startswith(line.case + "|")]
    if len(found) != 1:
        sys.exit(f"row {line.key}: {len(found)} cases of {line.script} are {line.case}")
    return script, found[0]


def measured(programs, line, threads, options):
    """What the file keeps of a row with so many threads; None without its peer."""
    script, case = case_of(line)
    program = programs.get(line.script, threads)
    made = script.prepare(program, case)
    peer = line.peer.format(threads=threads)
    if peer not in made.peers:
        return None
    more = ["numexpr", "torch", "sklearnex"]  # what stands beside the peer that counts
    made = made._replace(peers={name: f for name, f in made.peers.items() if name == peer or name in more})
    best = None
    for _ in range(1 if options.fast or pairs.PROCESSOR else 2):
        others = Others(program)
        times = samples(program, made, options.pairs)
        load = others.load()
        best = min(best or (load, times), (load, times), key=lambda found: found[0])
        if load <= LOADED or threads == 1:
            break
    load, times = best
    result = {"calx": min(times[CALX]), "good": bool(made.good), "pairs": len(times[CALX]), "others": round(load, 2)}
    for name in made.peers:
        ratio, middle = ratios(times, name)
        found = {"peer": name, "time": min(times[name]), "ratio": ratio, "median": middle}
        if name == peer:
            result.update(found)
        else:
            result.setdefault("more", []).append(found)
    return result


def wanted(text):
    """Keys of lines out of "1-9,24,31a"."""
    if text is None:
        return {line.key for line in BOARD}
    keys = set()
    for part in text.split(","):
        low, _, high = part.partition("-")
        keys |= {line.key for line in BOARD if line.key == part or (low.isdigit() and int(low) <= line.row <= int(high or low))}
    return keys


def load(path):
    if path and os.path.exists(path):
        with open(path) as f:
            return json.load(f)
    return {"peers": {}}


def text_of(results):
    """JSON with a line for every row."""
    peers = []
    for name, peer in results["peers"].items():
        rows = ",\n".join(f"   {json.dumps(key)}: {json.dumps(row)}" for key, row in peer["rows"].items())
        peers.append(f' {json.dumps(name)}: {{\n  "environment": {json.dumps(peer["environment"])},\n  "rows": {{\n{rows}\n  }}\n }}')
    return '{"peers": {\n' + ",\n".join(peers) + "\n}}\n"


def save(path, results):
    """Written beside and renamed: an interruption leaves a whole file."""
    if not path:
        return
    for name, text in ((path, text_of(results)), (os.path.splitext(path)[0] + ".md", board_table.markdown(results))):
        with open(name + ".part", "w") as f:
            f.write(text)
        os.replace(name + ".part", name)


def shown(name, line, threads, result):
    mark = "" if result["good"] else "  WRONG"
    mark += "  < 0.95" if result["ratio"] < board_table.LEAST else ""
    text = (f"{line.key:4} {line.workload:37} {threads}T {result['calx'] * 1e-6:10.4g} {result['peer']:>9} {result['time'] * 1e-6:10.4g}"
            f" {result['ratio']:8.2f} ({result['median']:8.2f}) {board_table.target(line, name):>6} {result['pairs']:3}"
            f" {result['others']:5.2f}{mark}")
    for more in result.get("more", []):
        text += f"  [{more['peer']} {more['ratio']:.2f}]"
    print(text, flush=True)


def options_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("rows", nargs="?")
    parser.add_argument("--threads", default="1" if pairs.PROCESSOR else "1,2" if pairs.THREADS > 1 else "1")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--output")
    parser.add_argument("--name", default="newest")
    parser.add_argument("--commit", default="")
    for flag in ("--fast", "--resume", "--others", "--processor"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    options.pairs = options.pairs or (3 if options.fast else 11)
    if options.fast:
        pairs.LIMIT, pairs.SLOW_PAIRS = 2.0, 1
    return options


def main():
    warnings.simplefilter("ignore")
    options = options_of()
    programs, results, keys = Programs(options.folder), load(options.output), wanted(options.rows)
    about = programs.get("arrays", max(map(int, options.threads.split(",")))).ask("about")
    peers = results["peers"].setdefault(options.name, {"rows": {}})
    peers["environment"] = environment(about, options)
    for name, value in peers["environment"].items():
        print(f"{name:18} {value}")
    print(f"{'row':4} {'workload':37} {'':2} {'Calx, ms':>10} {'peer':>9} {'ms':>10} {'ratio':>8} {'(median)':>10} {'target':>6} {'n':>3}"
          f" {'load':>5}")
    for line in (line for line in BOARD if line.key in keys):
        for threads in options.threads.split(","):
            row = peers["rows"].setdefault(line.key, {})
            if options.resume and threads in row:
                continue
            result = measured(programs, line, int(threads), options)
            if result is None:
                print(f"{line.key:4} {line.workload:37} {line.peer} is not installed", flush=True)
                continue
            row[threads] = result
            shown(options.name, line, threads, result)
            save(options.output, results)
    if options.rows is None:
        print("\n".join(f"{row:<4} not yet" for row in NOT_YET))
    print(board_table.summary(options.name, peers["rows"]))
    good = all(r["good"] for row in peers["rows"].values() for r in row.values())
    return not (programs.end() and good)


if __name__ == "__main__":
    sys.exit(main())
