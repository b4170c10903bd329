// Numbers and words as the page shows them. Every text that comes from the report goes through esc().

const esc = (s) => String(s).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const known = (v) => typeof v === "number" && Number.isFinite(v);
const thin = "\u202f"; // a narrow blank that does not break

// Three digits that count, without an exponent: 0.0123, 1.23, 12.3, 123, 1230.
function digits(v, n = 3) {
    if (v === 0) return "0";
    const places = Math.max(0, n - 1 - Math.floor(Math.log10(Math.abs(v))));
    const rounded = Number(v.toPrecision(n));
    return rounded.toFixed(Math.min(places, 20));
}

// 12345 as "12 345"
function grouped(v) {
    return String(Math.round(v)).replace(/\B(?=(\d{3})+$)/g, thin);
}

const superscript = (k) => String(k).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

function scaled(v, units, gap = " ") {
    for (const [size, name] of units)
        if (Math.abs(v) >= size * 0.9995) return digits(v / size) + (name ? gap + name : "");
    const [size, name] = units[units.length - 1];
    return digits(v / size) + (name ? gap + name : "");
}

const seconds = (v) =>
    known(v) ? scaled(v, [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"], [1e-12, "ps"]], thin) : "–";

// Without zeros that say nothing: 1.00 and 1.20 as 1 and 1.2.
const short = (text) => text.replace(/\.0+(?!\d)|(\.\d*[1-9])0+(?!\d)/, "$1");

// A number of elements or rows, whole below ten thousand.
function count(v) {
    if (!known(v)) return "–";
    if (v < 9999.5) return v < 10 ? short(digits(v)) : grouped(v);
    return short(scaled(v, [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]], thin));
}

const exactly = (v) => (known(v) ? grouped(v) : "–");
const share = (v) => digits(100 * v, v < 0.995 ? 2 : 3) + thin + "%";
const percent = (v) => (!known(v) ? "–" : v > 0 && v < 0.0005 ? `<0.1${thin}%` : share(v));
const times = (v) => (known(v) ? digits(v, v < 9.95 ? 2 : 3) + thin + "×" : "–");
const rate = (v) => (known(v) ? digits(v) : "–");
const gigabytes = (v) =>
    known(v) ? scaled(v, [[1e3, "TB/s"], [1, "GB/s"], [1e-3, "MB/s"], [1e-6, "kB/s"]], thin) : "–";
const gigaflops = (v) =>
    known(v) ? scaled(v, [[1e3, "TFLOP/s"], [1, "GFLOP/s"], [1e-3, "MFLOP/s"]], thin) : "–";

// A price, which may be tiny: 0.0123 or 1.23·10⁻⁷.
function price(v) {
    if (!known(v)) return "–";
    if (v === 0 || v >= 1e-4) return digits(v);
    const k = Math.floor(Math.log10(v));
    return `${digits(v / 10 ** k)}·10${superscript(k)}`;
}

const plural = (n, one, many = one + "s") => `${grouped(n)} ${n === 1 ? one : many}`;

function median(values) {
    const v = values.filter(known).sort((a, b) => a - b);
    if (!v.length) return NaN;
    const half = v.length >> 1;
    return v.length % 2 ? v[half] : (v[half - 1] + v[half]) / 2;
}

function geometricMean(values) {
    const v = values.filter((x) => known(x) && x > 0);
    return v.length ? Math.exp(v.reduce((s, x) => s + Math.log(x), 0) / v.length) : NaN;
}
