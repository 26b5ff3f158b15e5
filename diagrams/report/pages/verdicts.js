// The table of verdicts and its filters. Rows are made as they are wanted: a full run has thousands.
"use strict";

const ROWS_AT_ONCE = 150;

class Verdicts {
  constructor(data) {
    this.data = data;
    this.form = document.getElementById("filters");
    this.body = document.querySelector("#outcomes tbody");
    this.more = document.getElementById("more");
    this.limit = ROWS_AT_ONCE;
    const { runs, properties, order, outcomes } = data;
    const present = (index) => [...new Set(outcomes.map((outcome) => outcome[index]))];
    this.options("verdict", order.filter((_, number) => present(2).includes(number)));
    this.options("property", present(1).sort((one, other) => one - other).map((number) => properties[number][0]));
    this.options("scenario", [...new Set(runs.map(([scenario]) => scenario))]);
    this.options("reading", [...new Set(runs.map(([, reading]) => reading))]);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => this.refresh());
    this.form.addEventListener("reset", () => setTimeout(() => this.refresh()));
    this.more.addEventListener("click", () => { this.limit += 4 * ROWS_AT_ONCE; this.draw(); });
    this.refresh();
  }

  options(name, values) {
    this.form.elements[name].append(make("option", { value: "" }, "all"),
      ...values.map((value) => make("option", { value }, value)));
  }

  /** Set the filters that an address names ("#verdicts?property=SA-1&reading=literal"), and no others. */
  ask(query) {
    for (const name of ["verdict", "property", "scenario", "reading", "text"]) {
      this.form.elements[name].value = query.get(name) || "";
    }
    this.refresh();
  }

  refresh() {
    this.limit = ROWS_AT_ONCE;
    this.draw();
  }

  matching() {
    const { runs, properties, order, outcomes } = this.data;
    const wanted = (name) => this.form.elements[name].value;
    const [verdict, property, scenario, reading] = ["verdict", "property", "scenario", "reading"].map(wanted);
    const words = wanted("text").toLowerCase().split(/\s+/).filter(Boolean);
    return outcomes.filter(([run, number, word, , reason]) => {
      const [name, says] = properties[number];
      const text = `${name} ${says} ${runs[run].join(" ")} ${order[word]} ${reason}`.toLowerCase();
      return (!verdict || order[word] === verdict) && (!property || name === property)
        && (!scenario || runs[run][0] === scenario) && (!reading || runs[run][1] === reading)
        && words.every((part) => text.includes(part));
    });
  }

  draw() {
    const found = this.matching();
    const shown = found.slice(0, this.limit);
    this.body.replaceChildren(...shown.map((outcome) => this.row(outcome)));
    const total = this.data.outcomes.length;
    document.getElementById("shown").textContent = found.length === total
      ? `${total.toLocaleString("en")} verdicts` : `${found.length.toLocaleString("en")} of ${total.toLocaleString("en")} verdicts`;
    this.more.hidden = shown.length === found.length;
    this.more.textContent = `Show more (${(found.length - shown.length).toLocaleString("en")} left)`;
  }

  row([run, number, word, expected, reason, trace]) {
    const { runs, properties, order, traces, findings } = this.data;
    const [name, says] = properties[number];
    const verdict = make("span", { class: `verdict ${order[word].replace(" ", "-")}` }, order[word]);
    const named = findings.includes(name) ? make("a", { href: `#finding-${encodeURIComponent(name)}` }, name) : name;
    return make("tr", {},
      make("td", {}, verdict, expected === 0 ? make("div", { class: "small" }, make("strong", { class: "bad" }, "not as recorded")) : null),
      make("td", { class: "mono" }, named),
      make("td", { class: "long" }, says, reason ? make("div", { class: "soft small" }, reason) : null),
      make("td", { class: "nowrap" }, runs[run][0]),
      make("td", { class: "reading" }, runs[run][1]),
      make("td", { class: "nowrap" }, trace === null ? "" : make("a", {
        href: `#trace=${encodeURIComponent(traces[trace].id)}&step=0`,
        "aria-label": `Step through ${name}, ${runs[run].join(", ")}`,
      }, counted(traces[trace].steps.length, "step"))));
  }
}

const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
