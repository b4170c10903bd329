// Runs at the end of a page under test, in a frame: uses it as a reader would, and tells the harness
// (page.sh) what it found, a line each.
(async () => {
    const lines = [], all = (s, of = document) => [...of.querySelectorAll(s)];
    const say = (name, value) => lines.push(`${name} ${value}`);
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    const root = document.documentElement;
    const set = (id, value) => {
        const e = document.getElementById(id);
        if (e.type === "checkbox") e.checked = value;
        else e.value = value;
        e.dispatchEvent(new Event("input", { bubbles: true }));
    };
    try {
        const report = JSON.parse(document.getElementById("report").textContent);
        const rows = [...report.rows, ...(report.mine ? report.mine.rows : [])], name = rows[0].name;
        say("rows", rows.length);
        say("plots", all("svg.plot").length);
        say("plots-drawn", all("svg.plot").filter((p) => all("path.line", p).length && all("path.mark", p).length).length);
        say("not-a-number", all("svg [d], svg text").filter((e) => /NaN|Infinity|undefined/.test((e.getAttribute("d") || "") + e.textContent)).length);
        say("rooflines", all("svg.roofplot").length);
        say("dashed", all("svg.plot path.line.moved").length > 0);
        say("break-even", all("svg.plot text.even").length > 0);
        say("no-gpu-note", /No GPU/.test(document.getElementById("head").textContent));
        say("described", all("svg[role=img]").every((s) => document.getElementById(s.getAttribute("aria-labelledby")) &&
            document.getElementById(s.getAttribute("aria-describedby")).textContent.length > 20));
        say("broken", document.getElementById("broken") !== null);
        say("overflow", root.scrollWidth > root.clientWidth);
        say("lines", all("table.figures tbody tr").length);

        const first = document.querySelector("svg.plot");
        first.focus();
        for (let i = 0; i < 2; i++) first.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        say("tip", !document.getElementById("tip").hidden && document.getElementById("said").textContent.length > 0);
        first.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
        say("tip-gone", document.getElementById("tip").hidden);

        set("every", true);
        await wait(30);
        say("every-line", all("table.figures tbody tr").length);
        document.querySelector("[data-sort=n]").click();
        const sizes = all("table.figures tbody tr").map((r) => Number(r.children[3].textContent.replace(/\D/g, "")));
        say("sorted", sizes.length > 1 && sizes.every((n, i) => i === 0 || sizes[i - 1] <= n));
        for (const measure of ["each", "limit", "time"]) {
            set("measure", measure);
            await wait(30);
        }
        set("filter", name);
        await wait(300);
        say("filtered", all("svg.plot").length > 0 && all("article.card h3").every((h) => h.textContent.includes(name)));
        set("filter", "no such name");
        await wait(300);
        say("filtered-out", all("svg.plot").length === 0 && !document.getElementById("none").hidden);
        set("filter", "");
        await wait(300);
        say("plots-again", all("svg.plot").length);
    } catch (e) {
        say("probe-failed", e);
    }
    for (const e of window.pageErrors) say("error", e);
    parent.postMessage({ name: window.name, lines }, "*");
})();
