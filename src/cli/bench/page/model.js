// The report as the page needs it: devices in order, rows with their points, and which device is the
// faster one from which size on.

const report = JSON.parse(document.getElementById("report").textContent);

const suites = {
    ops: "Operations",
    linalg: "Linear algebra",
    fft: "Fourier transforms",
    random: "Random numbers",
    estimators: "Estimators",
    mine: "Your pipeline",
};
const suiteName = (s) => suites[s] || s;
// Look of a suite: colour and mark.
const suiteNumber = (s) => Math.max(0, Object.keys(suites).indexOf(s));
const suiteClass = (s) => `suite${suiteNumber(s)}`;

function makeModel() {
    const described = new Map(((report.machine && report.machine.gpus) || []).map((g) => [g.device, g]));
    const ceilings = new Map((report.ceilings || []).map((c) => [c.device, c]));
    const rows = [];
    const add = (list, suite) => {
        for (const r of list || []) {
            const points = (r.points || []).filter((p) => known(p.n) && p.on).sort((a, b) => a.n - b.n);
            if (points.length)
                rows.push({ ...r, suite: suite || r.suite, points, id: `row-${rows.length}` });
        }
    };
    add(report.rows);
    add(report.mine && report.mine.rows, "mine");

    const seen = new Set([...ceilings.keys(), ...described.keys()]);
    for (const r of rows) for (const p of r.points) for (const d of Object.keys(p.on)) seen.add(d);
    const devices = [...seen].sort((a, b) =>
        a === "cpu" ? -1 : b === "cpu" ? 1 : a.localeCompare(b, "en", { numeric: true }));
    const measured = devices.filter((d) =>
        rows.some((r) => r.points.some((p) => p.on[d] && known(p.on[d].median))));
    const gpus = measured.filter((d) => d !== "cpu");
    // Only beside the CPU can a GPU be faster.
    return { rows, devices, measured, gpus, compared: measured.includes("cpu") ? gpus : [], ceilings, described };
}

const model = makeModel();

const deviceTitle = (d) => {
    if (d === "cpu") return (report.machine && report.machine.cpu) || "CPU";
    const g = model.described.get(d);
    return (g && g.name) || d;
};
const deviceName = (d) => (d === "cpu" ? "CPU" : model.gpus.length > 1 ? d : "GPU");
const theDevice = (d) => (deviceName(d) === d ? d : `the ${deviceName(d)}`);
// Look of a device: the CPU is 0, GPUs follow, whether the CPU was measured or not.
const deviceNumber = (d) => (d === "cpu" ? 0 : Math.min(1 + model.devices.filter((v) => v !== "cpu").indexOf(d), 4));
const deviceClass = (d) => `dev${deviceNumber(d)}`;

const onDevice = (p, d) => (p.on[d] && known(p.on[d].median) ? p.on[d] : null);
const lastOn = (row, d) => {
    for (let i = row.points.length - 1; i >= 0; i--)
        if (onDevice(row.points[i], d)) return row.points[i];
    return null;
};

// How many times the device is faster than the CPU; key "median" or "with_transfer".
function speedUp(p, d, key = "median") {
    const cpu = onDevice(p, "cpu"), other = p.on[d];
    return cpu && other && known(other[key]) && other[key] > 0 ? cpu.median / other[key] : NaN;
}

// From which size on a value falls below another, on a straight line between logarithms; the pairs are
// [n, first, second]. 0: everywhere, Infinity: not at the largest size, NaN: not measured.
function crossing(pairs) {
    const ratio = pairs.filter((p) => p[1] > 0 && p[2] > 0).map(([n, a, b]) => [Math.log(n), Math.log(a / b)]);
    if (!ratio.length) return NaN;
    let at = ratio.length - 1;
    if (ratio[at][1] < 0) return Infinity;
    while (at > 0 && ratio[at - 1][1] >= 0) at--;
    if (at === 0) return 0;
    const [x0, y0] = ratio[at - 1], [x1, y1] = ratio[at];
    return Math.exp(x0 + ((x1 - x0) * -y0) / (y1 - y0));
}

// From which size on the device is ahead. The command has found that (given); where it says null,
// the points tell whether it was measured at all. pairs are [n, of the CPU, of the device].
function aheadFrom(given, pairs) {
    const both = pairs.filter((p) => known(p[1]) && known(p[2]));
    if (!both.length) return NaN;
    if (given === undefined) return crossing(both);
    return known(given) ? (given <= both[0][0] ? 0 : given) : Infinity;
}

const found = (row, kind, d, key) => row[kind] && row[kind][d] && row[kind][d][key];

// ... the faster one; key "alone" or "with_transfer".
function paysFrom(row, d, key) {
    const time = key === "alone" ? "median" : key;
    return aheadFrom(found(row, "break_even", d, key),
        row.points.filter((p) => onDevice(p, "cpu") && onDevice(p, d)).map((p) => [p.n, p.on.cpu.median, p.on[d][time]]));
}

// ... the cheaper one.
const cheaperFrom = (row, d) =>
    aheadFrom(found(row, "cheaper", d, "alone"),
        row.points.filter((p) => onDevice(p, "cpu") && onDevice(p, d)).map((p) => [p.n, p.on.cpu.per_million, p.on[d].per_million]));

const hasPrices = model.rows.some((r) =>
    r.points.some((p) => Object.values(p.on).some((o) => o && known(o.per_million))));

// The largest size that both the CPU and the device were measured at.
const largestOfBoth = (row, d) => Math.max(...row.points.filter((p) => onDevice(p, "cpu") && onDevice(p, d)).map((p) => p.n));

function from(n, row, d) {
    if (Number.isNaN(n)) return "–";
    if (n === Infinity) return `not up to ${count(largestOfBoth(row, d))}`;
    return n === 0 ? "always" : `from ${count(n)}`;
}

// The figure that says most about a point: rows of an estimator, arithmetic where that is the limit,
// else bytes; what the command prints as the rate.
function mainRate(row, p, d) {
    const o = onDevice(p, d), c = model.ceilings.get(d) || {};
    if (!o) return "–";
    if (row.suite === "estimators" || row.suite === "mine" || !(p.bytes > 0))
        return o.median > 0 ? `${count(p.n / o.median)} ${row.unit || "rows"}/s` : "–";
    const peak = row.dtype === "float32" ? c.f32_gflops : c.f64_gflops;
    const arithmetic = p.flops / peak > p.bytes / c.copy_gbs;
    return (arithmetic || !known(o.gbs)) && known(o.gflops) ? gigaflops(o.gflops) : gigabytes(o.gbs);
}
