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
  /** maps: [{svg, nodes: state -> node, groups: node -> nodes}], as the pages get them from Python. */
  constructor(root, maps) {
    this.maps = maps;
    this.events = make("ul", { class: "events" });
    this.pictures = make("div", { class: "maps" });
    this.messages = make("div", { class: "messages" });
    this.changed = make("div", { class: "long" });
    this.all = make("div", { class: "scroll long" });
    this.figures = new Map();
    const whole = make("input", { type: "checkbox" });
    whole.addEventListener("change", () => this.messages.classList.toggle("whole", whole.checked));
    root.replaceChildren(
      this.events,
      panel("States", this.pictures),
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
    this.showMachines(view.machines);
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

  figure(machine) {
    const holder = make("template");
    holder.innerHTML = this.maps[machine.map].svg;
    const svg = holder.content.firstElementChild;
    svg.style.width = `${svg.dataset.width * 1.25}px`;
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

/** Mark the current node, the node before, and the edge that was taken. */
function light(figure, map, machine) {
  const now = map.nodes[machine.state];
  const before = machine.before === null ? null : map.nodes[machine.before];
  for (const node of figure.svg.querySelectorAll(".node")) {
    const own = node.dataset.node;
    node.classList.toggle("lit", own === now);
    node.classList.toggle("was", before !== null && own === before && own !== now);
  }
  for (const edge of figure.svg.querySelectorAll(".edge")) {
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
