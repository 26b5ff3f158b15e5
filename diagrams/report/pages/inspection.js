// Shows one step of a run: what happened, the machines with their current states lit, messages, variables.
// Shared by the report, which unfolds its own data, and the explorer, which gets each view from the model.
"use strict";

/** An element with attributes and children; a string child is text, never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const spaced = (name) => name.replaceAll("_", " ");
const shownValue = (value) => (value === "" ? "(empty)" : value);

class Inspection {
  /** given: {all: [{picture, nodes: state -> node, groups: node -> nodes}], pictures, diagrams}; see `state_map.py`. */
  constructor(root, given) {
    this.maps = given.all;
    this.small = given.pictures;
    this.packed = given.diagrams;
    this.drawings = null;
    this.events = make("ul", { class: "events" });
    this.pictures = make("div", { class: "maps" });
    this.diagrams = make("div", { class: "diagrams" });
    this.whole = make("details", { class: "panel", id: "diagrams" }, make("summary", { class: "small" }, "Machine diagrams, with what leads from state to state"), this.diagrams);
    this.whole.addEventListener("toggle", () => this.showDiagrams());
    this.messages = make("div", { class: "messages" });
    this.changed = make("div", { class: "long" });
    this.all = make("div", { class: "scroll long" });
    this.figures = new Map();
    this.drawn = new Map();
    const whole = make("input", { type: "checkbox" });
    whole.addEventListener("change", () => this.messages.classList.toggle("whole", whole.checked));
    root.replaceChildren(
      this.events,
      panel("States", this.pictures),
      this.whole,
      panel("Messages", this.messages, make("label", { class: "small soft" }, whole, " also fields with their usual value")),
      panel("Changed variables", this.changed),
      make("details", { class: "panel" }, make("summary", { class: "small" }, "All variables"), this.all),
    );
  }

  /** view: {lines, machines, taken, sent, channels, variables}; see `state_view.py`. */
  show(view) {
    this.events.replaceChildren(...view.lines.map(([kind, who, what], index) => {
      const again = index > 0 && view.lines[index - 1][1] === who;
      return make("li", { class: kind }, make("span", { class: "who" }, again ? "" : spaced(who)), make("span", { class: "what" }, what));
    }));
    this.events.hidden = view.lines.length === 0;
    this.view = view;
    this.showMachines(view.machines);
    this.showDiagrams();
    this.showMessages(view);
    this.showVariables(view.variables);
  }

  showMachines(machines) {
    const wanted = machines.filter((machine) => machine.map !== null);
    const key = JSON.stringify(wanted.map((machine) => [machine.name, machine.map]));
    if (key !== this.key) {
      this.key = key;
      this.figures.clear();
      for (const machine of wanted) this.figures.set(machine.name, this.figure(machine));
      this.pictures.replaceChildren(...[...this.figures.values()].map((entry) => entry.element));
    }
    for (const machine of wanted) light(this.figures.get(machine.name), this.maps[machine.map], machine);
    this.pictures.parentElement.hidden = wanted.length === 0;
  }

  /** The diagrams with rows: made when first looked at, for the machines that there are then. */
  showDiagrams() {
    const wanted = this.view ? this.view.machines.filter((machine) => machine.map !== null) : [];
    this.whole.hidden = wanted.length === 0;
    if (!this.whole.open || this.whole.hidden) return;
    if (this.drawings === null) {
      this.unpack();
      return;
    }
    if (this.key !== this.drawnKey) {
      this.drawnKey = this.key;
      this.drawn.clear();
      for (const machine of wanted) this.drawn.set(machine.name, this.diagram(machine));
      this.diagrams.replaceChildren(...[...this.drawn.values()].map((entry) => entry.element));
    }
    for (const machine of wanted) {
      const entry = this.drawn.get(machine.name);
      light(entry, this.maps[machine.map], machine);
      const taken = this.view.rows.filter((label, index) => index % 2 && this.view.rows[index - 1] === machine.name);
      lightRows(entry, machine, taken);
      keepInView(entry.scroll, entry.svg.querySelector(".node.lit"));
    }
  }

  /** Unpack the diagrams, once, and show them then. */
  async unpack() {
    if (this.unpacking) return;
    this.unpacking = true;
    try {
      const bytes = Uint8Array.from(atob(this.packed), (character) => character.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      this.drawings = JSON.parse(await new Response(stream).text());
      this.showDiagrams();
    } catch {
      this.diagrams.textContent = "This browser cannot unpack the diagrams.";
    }
  }

  diagram(machine) {
    const svg = drawing(this.drawings[machine.map], 1);
    const current = make("span", { class: "current" });
    const row = make("span", { class: "soft small" });
    const caption = make("figcaption", {}, make("strong", {}, spaced(machine.name)), current, row);
    const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Diagram of ${spaced(machine.name)}` }, svg);
    return { element: make("figure", { class: "machine", "data-diagram": machine.name }, caption, scroll), svg, current, row, scroll };
  }

  figure(machine) {
    const svg = drawing(this.small[this.maps[machine.map].picture], 1.25);
    const current = make("span", { class: "current" });
    const caption = make("figcaption", {}, make("strong", {}, spaced(machine.name)), current);
    return { element: make("figure", { class: "machine", "data-machine": machine.name }, caption, svg), svg, current };
  }

  showMessages(view) {
    const parts = [];
    if (view.taken) parts.push(packet(view.taken, fate(view), "received"));
    for (const entry of view.sent) parts.push(packet(entry, "sent", "sent"));
    const waiting = view.channels.flatMap((channel) => channel.flights.map((entry) => ({ ...entry, channel: channel.name })));
    for (const entry of waiting) parts.push(packet(entry, "in flight", "flight"));
    if (parts.length === 0) parts.push(make("p", { class: "soft small" }, "No message is in flight."));
    this.messages.replaceChildren(...parts);
  }

  showVariables(variables) {
    const row = (entry) => make("tr", { class: entry.before === null ? "" : "changed", title: entry.meaning },
      make("td", {}, spaced(entry.name)), make("td", {}, shownValue(entry.before === null ? entry.value : entry.before)),
      make("td", {}, entry.before === null ? "" : shownValue(entry.value)));
    const table = (entries, words) => make("table", { class: "variables" },
      make("thead", {}, make("tr", {}, ...words.map((word) => make("th", { scope: "col" }, word)))),
      make("tbody", {}, ...entries.map(row)));
    const changed = variables.filter((entry) => entry.before !== null && !entry.minor);
    this.changed.replaceChildren(changed.length
      ? table(changed, ["variable", "before", "after"])
      : make("p", { class: "soft small" }, "None."));
    this.all.replaceChildren(table(variables, ["variable", "value", "new value"]));
  }
}

/** What became of the message that a step takes from the network. */
function fate(view) {
  const kinds = view.lines.map(([kind]) => kind);
  return kinds.includes("received") ? "received" : kinds.includes("copied") ? "duplicated" : "lost";
}

function panel(title, ...content) {
  return make("section", { class: "panel" }, make("h3", {}, title), ...content);
}

/** A picture of ours as an element, this many pixels wide for each of its points. */
function drawing(text, scale) {
  const holder = make("template");
  holder.innerHTML = text;
  const svg = holder.content.firstElementChild;
  svg.style.width = `${svg.dataset.width * scale}px`;
  return svg;
}

/** Mark the row that was taken; one that keeps the state stands in no edge, and is said. */
function lightRows(figure, machine, taken) {
  const moved = machine.before !== null && machine.before !== machine.state;
  for (const label of figure.svg.querySelectorAll(".label")) {
    for (const row of label.querySelectorAll(".row")) {
      row.classList.toggle("taken", moved && label.classList.contains("lit") && taken.includes(row.dataset.row));
    }
  }
  figure.row.textContent = taken.join(", ");
}

/** Scroll a box, and nothing around it, so that a part of it is in its middle. */
function keepInView(box, part) {
  if (!part) return;
  const [outer, inner] = [box.getBoundingClientRect(), part.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) box.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
}

/** Mark the current node, the node before, and the edge that was taken. */
function light(figure, map, machine) {
  const now = map.nodes[machine.state];
  const before = machine.before === null ? null : map.nodes[machine.before];
  for (const node of figure.svg.querySelectorAll(".node")) {
    const own = node.dataset.node;
    node.classList.toggle("lit", own === now);
    node.classList.toggle("was", before !== null && own === before && own !== now);
  }
  for (const edge of figure.svg.querySelectorAll(".edge, .label")) {
    const sources = map.groups[edge.dataset.from] || [edge.dataset.from];
    edge.classList.toggle("lit", before !== null && before !== now && edge.dataset.to === now && sources.includes(before));
  }
  figure.current.textContent = machine.state;
  figure.svg.setAttribute("aria-label", `${spaced(machine.name)} is in the state ${machine.state}`);
}

function packet(entry, word, kind) {
  const fields = entry.fields.flatMap(({ name, value, usual }) => [
    make("dt", { class: usual ? "usual" : "" }, spaced(name)), make("dd", { class: usual ? "usual" : "" }, shownValue(value)),
  ]);
  return make("div", { class: `packet ${kind}` },
    make("strong", {}, entry.message), make("span", { class: "soft small" }, ` ${word}, ${spaced(entry.channel)}`),
    make("dl", {}, ...fields));
}
