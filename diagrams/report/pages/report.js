// The step-through: unfolds the traces of the report and shows one state at a time. The address says which.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (name) => document.getElementById(name);
const word = (number) => data.words[number];

/** Every state of a trace as a view for `Inspection`: variables and channels are folded step by step. */
function unfolded(trace) {
  const system = data.systems[trace.system];
  const values = trace.initial.map(word);
  const channels = system.channels.map(() => []);
  const flight = ([message, ...carried], channel) => packetOf(system, channel, message, carried);
  const view = (step, before) => ({
    ...actionOf(step),
    lines: step ? step.l.map((line) => line.map(word)) : [],
    taken: step && step.t ? packetOf(system, step.t[0], step.t[1], step.t.slice(2)) : null,
    sent: step && step.s ? step.s.map(([channel, message, ...fields]) => packetOf(system, channel, message, fields)) : [],
    channels: system.channels.map(([name], index) => ({ name: word(name), flights: channels[index].map((entry) => flight(entry, index)) })),
    variables: system.variables.map(([name, meaning, minor], index) => ({
      name: word(name), meaning: word(meaning), minor: Boolean(minor), value: values[index],
      before: before && before[index] !== values[index] ? before[index] : null,
    })),
    machines: system.machines.map(([name, index, map]) => ({
      name: word(name), state: values[index], before: before ? before[index] : null, map,
    })),
  });
  const views = [view(null, null)];
  for (const step of trace.steps) {
    const before = [...values];
    for (let index = 0; index < step.v.length; index += 2) values[step.v[index]] = word(step.v[index + 1]);
    for (const [index, ...flights] of step.f || []) channels[index] = flights;
    views.push(view(step, before));
  }
  return views;
}

/** The name of a step's action, and the clauses, requirements and notes of its rows; rows: machine, label, ... */
function actionOf(step) {
  const [name, ...lists] = step ? data.actions[step.a] : [0, [], [], [], []];
  const [clauses, requirements, notes, rows] = lists.map((list) => list.map(word));
  return { action: word(name), clauses, requirements, notes, rows };
}

function packetOf(system, channel, message, fields) {
  const [channelName, messages] = system.channels[channel];
  const [messageName, declared] = messages[message];
  return {
    channel: word(channelName), message: word(messageName),
    fields: declared.map(([name, usual], index) => ({ name: word(name), value: word(fields[index]), usual: fields[index] === usual })),
  };
}

/** The line of a step that says most. */
function headline(view) {
  const lines = view.lines;
  const found = ["received", "lost", "copied"].map((kind) => lines.find((line) => line[0] === kind)).find(Boolean)
    || lines.find(([kind]) => kind === "action") || lines[0];
  const sent = lines.filter(([kind]) => kind === "sent").map(([, , text]) => text);
  const [, who, text] = found || ["", "", view.action];
  return (who ? `${spaced(who)}: ` : "") + text + (sent.length ? ` ⇒ ${sent.join(", ")}` : "");
}

class Stepper {
  constructor() {
    this.inspection = new Inspection(byId("inspection"), data.maps);
    this.name = null;
    byId("first").addEventListener("click", () => this.go(0));
    byId("last").addEventListener("click", () => this.go(this.views.length - 1));
    byId("backward").addEventListener("click", () => this.go(this.step - 1));
    byId("forward").addEventListener("click", () => this.go(this.step + 1));
    byId("position").addEventListener("input", (event) => this.go(Number(event.target.value)));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  open(name, step) {
    const trace = data.traces.find((entry) => entry.id === name);
    if (name !== this.name) {
      this.name = name;
      this.trace = trace;
      this.views = unfolded(trace);
      const { property, scenario, reading } = trace.about;
      const [, says, clause, requirements] = data.properties.find(([identifier]) => identifier === property);
      byId("run-title").textContent = `${property}: ${says}`;
      byId("run-about").textContent = [`scenario ${scenario}`, reading, clause && `clause ${clause}`, requirements, counted(trace.steps.length, "step")].filter(Boolean).join(" · ");
      byId("position").max = this.views.length - 1;
      byId("steps").replaceChildren(...this.views.map((view, number) => this.entry(view, number)));
      byId("ending").textContent = trace.forever ? `Then ${trace.forever}.` : "";
    }
    this.show(Math.min(Math.max(step, 0), this.views.length - 1));
  }

  entry(view, number) {
    const repeats = this.trace.loop === number;
    const offends = number === this.views.length - 1 && Boolean(this.trace.about.violated);
    const text = make("span", {}, make("span", { class: "headline" }, number ? headline(view) : "start"));
    if (repeats) text.prepend(make("span", { class: "mark small" }, "from here the run repeats"));
    if (offends && !this.trace.forever) text.append(make("span", { class: "mark offence small" }, `breaks ${this.trace.about.property}`));
    const button = make("button", { type: "button" }, make("span", { class: "n" }, String(number)), text);
    button.addEventListener("click", () => this.go(number));
    return make("li", { class: [repeats && "loop", offends && "offence"].filter(Boolean).join(" ") }, button);
  }

  go(step) {
    if (step < 0 || step >= this.views.length) return;
    history.replaceState(null, "", `#trace=${encodeURIComponent(this.name)}&step=${step}`);
    this.show(step);
  }

  show(step) {
    this.step = step;
    const view = this.views[step];
    const last = this.views.length - 1;
    byId("position").value = step;
    byId("position").setAttribute("aria-valuetext", `step ${step} of ${last}`);
    byId("where").textContent = step ? `Step ${step} of ${last}` : `Start of ${last}`;
    byId("first").disabled = byId("backward").disabled = step === 0;
    byId("last").disabled = byId("forward").disabled = step === last;
    byId("step-title").textContent = step ? `Step ${step}` : "The initial state";
    byId("step-about").textContent = [
      view.clauses.length ? `clause ${view.clauses.join(", ")}` : "", view.notes.join("; "),
    ].filter(Boolean).join(" · ");
    byId("step-requirements").hidden = view.requirements.length === 0;
    byId("step-requirements").firstElementChild.textContent = counted(view.requirements.length, "requirement");
    byId("step-requirements").lastElementChild.textContent = view.requirements.join(", ");
    this.inspection.show(view);
    for (const [number, item] of [...byId("steps").children].entries()) {
      const button = item.firstElementChild;
      if (number === step) button.setAttribute("aria-current", "step"); else button.removeAttribute("aria-current");
      if (number === step) keepInSight(byId("steps").parentElement, item);
    }
  }

  key(event) {
    if (byId("stepper").hidden || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.matches("input[type=range]") && event.key !== "Escape") return;
    const steps = { ArrowRight: this.step + 1, ArrowLeft: this.step - 1, Home: 0, End: this.views.length - 1 };
    if (event.key === "Escape") location.hash = this.origin || "#findings";
    else if (event.key in steps) this.go(steps[event.key]);
    else return;
    event.preventDefault();
  }
}

/** Scroll a list, and nothing around it, so that an item is seen. */
function keepInSight(list, item) {
  const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) list.scrollTop += inner.top - outer.top - outer.height / 3;
}

const stepper = new Stepper();
const verdicts = new Verdicts(data);

function placeCalled(name) {
  try {
    return byId(decodeURIComponent(name));
  } catch {
    return null; // no such address can be meant
  }
}

/** Show what the address asks for: a trace at a step, or the report. */
function follow() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const entering = byId("stepper").hidden;
  const open = data.traces.some((trace) => trace.id === asked.get("trace"));
  byId("stepper").hidden = !open;
  byId("report").hidden = open;
  byId("unknown-trace").hidden = open || !asked.has("trace");
  byId("unknown-trace").textContent = `This report has no trace called “${asked.get("trace")}”.`;
  if (open) stepper.open(asked.get("trace"), Number.parseInt(asked.get("step"), 10) || 0);
  document.title = open ? `${stepper.trace.about.property}, ${stepper.trace.about.scenario}` : data.title;
  if (open && entering) {
    window.scrollTo(0, 0);
    byId("run-title").focus({ preventScroll: true });
    stepper.origin = `#finding-${encodeURIComponent(stepper.trace.about.property)}`;
    byId("back").href = document.getElementById(`finding-${stepper.trace.about.property}`) ? stepper.origin : "#verdicts";
  } else if (!open) {
    const [place, query] = location.hash.slice(1).split("?", 2);
    if (query !== undefined) verdicts.ask(new URLSearchParams(query));
    placeCalled(place)?.scrollIntoView();
  }
}

window.addEventListener("hashchange", follow);
// on paper: a chart that is taller than a page becomes several, cut where a step begins

const PAGE = 1.2; // height of a page's text by its width
const ABOVE = 19; // from the number of a step up to where the step begins

function partsOf(svg) {
  const { width, height } = svg.viewBox.baseVal;
  const starts = [...svg.querySelectorAll("text.step, text.offencetext[text-anchor=end]")]
    .map((text) => text.y.baseVal[0].value - ABOVE);
  const cuts = [0];
  [...starts, height].forEach((end, number, ends) => {
    const next = ends[number + 1];
    const last = cuts[cuts.length - 1];
    if (next && next - last > PAGE * width && end > last) cuts.push(end);
  });
  return cuts.map((top, number) => {
    const part = svg.cloneNode(true);
    part.setAttribute("viewBox", `0 ${top} ${width} ${(cuts[number + 1] || height) - top}`);
    part.setAttribute("aria-hidden", "true");
    part.classList.add("part");
    return part;
  });
}

function inParts(svg) {
  const parts = partsOf(svg);
  if (parts.length < 2) return;
  svg.classList.add("in-parts");
  svg.after(...parts);
}

window.addEventListener("beforeprint", () => {
  for (const entry of document.querySelectorAll("#findings details, #explorations details")) entry.open = true;
  document.querySelectorAll("#findings .chart svg:not(.part, .in-parts)").forEach(inParts);
});
window.addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("svg.part")) part.remove();
  for (const svg of document.querySelectorAll("svg.in-parts")) svg.classList.remove("in-parts");
});
follow();
