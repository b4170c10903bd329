// The table of all figures, one line for each row, size and device: sorted by any column, filtered with
// everything else, and saved as CSV.

const columns = [
    { key: "name", name: "operation", get: (l) => l.row.name, word: true, head: true },
    { key: "suite", name: "suite", get: (l) => suiteName(l.row.suite), word: true },
    { key: "dtype", name: "dtype", get: (l) => l.row.dtype || "", word: true },
    { key: "n", name: "size", get: (l) => l.p.n, show: exactly },
    { key: "device", name: "device", get: (l) => l.device, word: true },
    { key: "median", name: "median", get: (l) => l.o.median, show: seconds },
    { key: "spread", name: "quartiles", get: (l) => (l.o.high - l.o.low) / l.o.median,
        cell: (l) => `${seconds(l.o.low)} – ${seconds(l.o.high)}`, title: "sorted by their distance beside the median" },
    { key: "gbs", name: "GB/s", get: (l) => l.o.gbs, show: rate },
    { key: "gflops", name: "GFLOP/s", get: (l) => l.o.gflops, show: rate },
    { key: "limit", name: "of limit", get: (l) => l.o.limit, show: percent },
    { key: "moved", name: "with transfer", get: (l) => l.o.with_transfer, show: seconds, gpu: true },
    { key: "faster", name: "faster", get: (l) => (l.device === "cpu" ? NaN : speedUp(l.p, l.device)), show: times, gpu: true,
        title: "times the speed of the CPU, data on the device" },
    { key: "fastermoved", name: "faster, with transfer", gpu: true, show: times,
        get: (l) => (l.device === "cpu" ? NaN : speedUp(l.p, l.device, "with_transfer")) },
    { key: "even", name: "break-even", gpu: true, get: (l) => l.alone, cell: (l) => l.device === "cpu" ? "–" : from(l.alone, l.row, l.device) },
    { key: "evenmoved", name: "break-even with transfer", gpu: true, get: (l) => l.moved,
        cell: (l) => l.device === "cpu" ? "–" : from(l.moved, l.row, l.device) },
    { key: "price", name: "price per million", get: (l) => l.o.per_million, show: price, price: true },
].filter((c) => (!c.gpu || (c.key === "moved" ? model.gpus : model.compared).length) && (!c.price || hasPrices));

function makeLines() {
    const lines = [];
    for (const row of model.rows) {
        const even = new Map(model.gpus.map((d) => [d, [paysFrom(row, d, "alone"), paysFrom(row, d, "with_transfer")]]));
        row.points.forEach((p) => {
            for (const device of model.measured) {
                const o = onDevice(p, device);
                if (!o) continue;
                const [alone, moved] = even.get(device) || [NaN, NaN];
                lines.push({ row, p, device, o, alone, moved, largest: p === lastOn(row, device) });
            }
        });
    }
    return lines;
}

const table = { lines: makeLines(), key: null, down: false, every: false, all: false, most: 200 };

function compare(c) {
    const sign = table.down ? -1 : 1;
    return (a, b) => {
        const u = c.get(a), v = c.get(b);
        if (c.word) return sign * String(u).localeCompare(String(v), "en", { numeric: true });
        const ku = typeof u === "number" && !Number.isNaN(u), kv = typeof v === "number" && !Number.isNaN(v);
        if (!ku || !kv) return ku ? -1 : kv ? 1 : 0; // what is not known comes last either way
        return u === v ? 0 : sign * (u < v ? -1 : 1);
    };
}

function chosenLines(matches) {
    const lines = table.lines.filter((l) => (table.every || l.largest) && matches(l.row));
    const c = columns.find((k) => k.key === table.key);
    return c ? lines.sort(compare(c)) : lines;
}

const cellOf = (c, l) => (c.cell ? c.cell(l) : c.show ? c.show(c.get(l)) : esc(c.get(l)));

function drawLine(l) {
    return `<tr>${columns.map((c) =>
        c.head ? `<th scope="row">${cellOf(c, l)}</th>`
            : c.key === "device" ? `<td class="word"><i class="key ${deviceClass(l.device)}"></i>${esc(l.device)}</td>`
                : `<td${c.word ? ` class="word"` : ""}>${cellOf(c, l)}</td>`).join("")}</tr>`;
}

function drawTable(matches) {
    const lines = chosenLines(matches), shown = table.all ? lines : lines.slice(0, table.most);
    const heads = columns.map((c) => {
        const sorted = c.key === table.key;
        return `<th scope="col"${c.word ? ` class="word"` : ""}${sorted ? ` aria-sort="${table.down ? "descending" : "ascending"}"` : ""}>` +
            `<button type="button" data-sort="${c.key}"${c.title ? ` title="${esc(c.title)}"` : ""}>${esc(c.name)}<span aria-hidden="true">${sorted ? (table.down ? "▾" : "▴") : ""}</span></button></th>`;
    });
    const more = lines.length - shown.length;
    return `<div class="scroll tall" tabindex="0" role="region" aria-label="All figures"><table class="figures"><caption class="unseen">All figures</caption>` +
        `<thead><tr>${heads.join("")}</tr></thead><tbody>${shown.map(drawLine).join("")}</tbody></table></div>` +
        `<p class="under" role="status">${plural(shown.length, "line")}${more > 0 ? ` of ${grouped(lines.length)} <button type="button" data-do="lines">Show all</button>` : ""}</p>`;
}

// RFC 4180, seconds and rates as they are in the report; every size of what the filter leaves.
function tableAsCsv(matches) {
    const quoted = (v) => (/[",\r\n]/.test(v) ? `"${v.replace(/"/g, '""')}"` : v);
    const fields = ["median", "low", "high", "best", "samples", "gbs", "gflops", "limit", "with_transfer", "per_million"];
    const out = [["suite", "name", "dtype", "unit", "n", "device", ...fields, "break_even", "break_even_with_transfer"].join(",")];
    for (const l of table.lines) {
        if (!matches(l.row)) continue;
        const even = (l.row.break_even && l.row.break_even[l.device]) || {};
        out.push([l.row.suite, l.row.name, l.row.dtype, l.row.unit, l.p.n, l.device, ...fields.map((f) => l.o[f]), even.alone, even.with_transfer]
            .map((v) => (v === null || v === undefined ? "" : quoted(String(v)))).join(","));
    }
    return out.join("\r\n") + "\r\n";
}
