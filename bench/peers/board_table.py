"""What board.py has measured as a table: python board_table.py FILE.json prints it as Markdown."""
import json
import math
import sys

from board_rows import BOARD, CACHE, MEMORY, NEWEST, NOT_YET, STUDY

LEAST = 0.95  # a row below it is marked
SMALL = 50  # the row of small calls
NAMES = {"newest": "newest", "debian": "Debian's"}


def target(line, peers):
    return f"{NEWEST.get(line.key, line.target) if peers == 'newest' else line.target:g}x"


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def means(rows, threads):
    """Geometric means of the ratios: of all rows, of all but the small calls, of those that bandwidth limits; and how many rows. A row
    of several workloads counts once, by the geometric mean of its own."""
    found = {}
    for line in BOARD:
        result = rows.get(line.key, {}).get(threads)
        if result:
            found.setdefault((line.row, line.by in (MEMORY, CACHE)), []).append(result["ratio"])
    both = {}
    for (row, _), several in found.items():
        both.setdefault(row, []).extend(several)
    return (mean([mean(r) for r in both.values()]), mean([mean(r) for row, r in both.items() if row != SMALL]),
            mean([mean(r) for (_, b), r in found.items() if b]), len(both))


def counts(rows):
    return sorted({t for row in rows.values() for t in row}, key=int)


def summary(name, rows):
    """A few sentences: the headline and what holds it back."""
    text = []
    for t in counts(rows):
        whole, large, limited, n = means(rows, t)
        results = [(line, rows[line.key][t]) for line in BOARD if t in rows.get(line.key, {})]
        text.append(f"{NAMES.get(name, name)} peers, {t} thread{'s' * (t != '1')}: geometric mean {whole:.2f} over {n} rows; {large:.2f} without the "
                    f"small calls of row {SMALL}, {limited:.2f} where bandwidth is the limit.")
        for what, keys in (("Wrong", [line.key for line, r in results if not r["good"]]),
                           (f"Below {LEAST}", [line.key for line, r in results if r["ratio"] < LEAST]),
                           ("Reach their target", [line.key for line, r in results if r["ratio"] >= float(target(line, name)[:-1])])):
            if keys:
                text[-1] += f" {what}: {', '.join(keys)}."
    return "\n".join(text)


def cell(result):
    if not result:
        return "-"
    digits = 2 if result["ratio"] < 100 else 0
    text = f"{result['ratio']:.{digits}f} ({result['median']:.{digits}f})"
    text = f"**{text}**" if result["ratio"] < LEAST else text
    return text if result["good"] else f"WRONG {text}"


def limit(line):
    return line.limit + (f", {line.floor:g} ms" if line.floor else "") + (f" ({line.by})" if line.by else "")


def here(line, ceilings, best):
    """The floor by this machine's ceilings, ms, and the share of it that Calx reaches with all threads."""
    if not line.floor or not line.by or not ceilings or not best:
        return "-"
    floor = line.floor * STUDY[line.by] / ceilings[line.by]
    return f"{floor:.3g}, {floor * 1e8 / best:.0f} %"


def markdown(results):
    peers = results["peers"]
    threads = sorted({t for p in peers.values() for t in counts(p["rows"])}, key=int)
    text = ["# The board", ""]
    for name, p in peers.items():
        e = p["environment"]
        versions, commit = ", ".join(f"{k} {v}" for k, v in e["versions"].items()), ", " + e["commit"] if e["commit"] else ""
        text.append(f"- {NAMES.get(name, name)}: {versions}; {'; '.join(e['blas'])}; {e['calx']}{commit}; {e['processors']} processors, "
                    f"{e['processor']}; huge pages {e['huge pages']}; {e['clock']} time, up to {e['pairs']} pairs; load {e['load']} at "
                    f"{e['date']}")
        text += [f"  - {s}" for s in summary(name, p["rows"]).split("\n")]
        if any(word in b for b in e["blas"] for word in ("Prescott", "Nehalem", "Core2")):
            text.append("  - These peers' BLAS does not know the processor and runs an old one's kernels: rows 24, 25, 28 to 30 and 43 to 49 "
                        "flatter Calx.")
    text += ["", f"Threads: {' / '.join(threads)}. A ratio is the peer's time by Calx's, best against best, in brackets the median of "
             f"pairs; below {LEAST} in bold. Targets and limits are those of a study on two cores of an EPYC with AVX-512, in brackets what bounds them; "
             "'here' is that limit by this machine's ceilings and the share of it that Calx reaches with all threads.", ""]
    ceilings = max((p["environment"].get("ceilings") or {} for p in peers.values()), key=lambda c: c.get(MEMORY, 0), default={})
    if ceilings:
        text += ["Ceilings measured here (there): " + ", ".join(
            f"{name} {ceilings[name]:.0f} ({STUDY[name]}) {'GFLOP/s' if name not in (MEMORY, CACHE) else 'GB/s'}" for name in STUDY) + ".", ""]
    heads = ["row", "workload", "Calx, ms"] + [f"beside {NAMES.get(n, n)}" for n in peers] + ["target", "limit", "here, ms"]
    text += ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for line in BOARD:
        rows = {n: p["rows"].get(line.key, {}) for n, p in peers.items()}
        if not any(rows.values()):
            continue
        best = [min((r[t]["calx"] for r in rows.values() if t in r), default=None) for t in threads]
        cells = [line.key, line.workload, " / ".join("-" if b is None else f"{b * 1e-6:.3g}" for b in best)]
        cells += [" / ".join(cell(r.get(t)) for t in threads) for r in rows.values()]
        goal = target(line, None) + (f" ({target(line, 'newest')} newest)" if line.key in NEWEST else "")
        text.append("| " + " | ".join(cells + [goal, limit(line), here(line, ceilings, best[-1])]) + " |")
    text.append(f"| {NOT_YET[0]}-{NOT_YET[-1]} | not yet |" + " |" * (len(heads) - 2))
    more = [(line, n, t, m) for line in BOARD for n, p in peers.items() for t in threads
            for m in p["rows"].get(line.key, {}).get(t, {}).get("more", [])]
    if more:
        text += ["", "Others beside the peer that counts:", "", "| row | workload | other | with | threads | ratio |", "|---|---|---|---|---|---|"]
        text += [f"| {line.key} | {line.workload} | {m['peer']} | {NAMES.get(n, n)} | {t} | {cell(dict(m, good=True))} |"
                 for line, n, t, m in more]
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        print(markdown(json.load(file)), end="")
