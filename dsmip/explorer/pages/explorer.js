// The explorer's page: shows the state that the server has, and asks it for the next one.
"use strict";

const byId = (name) => document.getElementById(name);

/** Ask the server; what it refuses becomes an Error with its words. */
async function ask(name, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(name, options);
  const answer = await response.json();
  if (response.ok) return answer;
  const error = new Error(answer.error);
  error.outOfDate = response.status === 409;
  throw error;
}

const ofPath = (lines, name) => {
  const line = ["received", "lost", "copied", "action"].map((kind) => lines.find((entry) => entry[0] === kind)).find(Boolean);
  const sent = lines.filter(([kind]) => kind === "sent").map(([, , text]) => text);
  const [, who, text] = line || ["", "", name];
  return (who ? `${spaced(who)}: ` : "") + text + (sent.length ? ` ⇒ ${sent.join(", ")}` : "");
};

class Page {
  constructor(model) {
    this.inspection = new Inspection(byId("inspection"), model.maps);
    byId("title").textContent = `Explorer: ${model.scenario}`;
    byId("about").textContent = [model.description, `reading ${model.reading}`, model.mutant && `mutant ${model.mutant}`].filter(Boolean).join(" · ");
    document.title = `${model.scenario}, ${model.reading}: dsmip explorer`;
    byId("properties").append(...model.properties.map(([name, says]) => make("option", { value: name }, `${name}: ${says}`)));
    byId("tests").append(...model.roles.map((role) => this.saver(`Save ${role === "ue" ? "UE" : spaced(role)} test`, "test", { role })));
    byId("save-trace").addEventListener("click", () => this.save("trace", {}));
    byId("undo").addEventListener("click", () => this.back(this.now.path.length - 1));
    byId("restart").addEventListener("click", () => this.change("restart", { start: Number(byId("starts").value) }));
    byId("starts").addEventListener("change", () => byId("restart").click());
    byId("jump").addEventListener("click", () => this.jump());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  saver(text, name, body) {
    const button = make("button", { type: "button", "data-save": Object.values(body).join("") }, text);
    button.addEventListener("click", () => this.save(name, body));
    return button;
  }

  /** Ask for a change, then show what came of it. One at a time. */
  async change(name, body, waiting = "") {
    if (this.busy) return;
    this.wait(true, waiting);
    try {
      this.show(await ask(name, { revision: this.now.revision, ...body }));
    } catch (error) {
      if (error.outOfDate) this.show(await ask("state"));
      this.say(error.message, true);
    } finally {
      this.wait(false);
    }
  }

  wait(busy, words = "") {
    this.busy = busy;
    document.querySelector(".exploring").setAttribute("aria-busy", String(busy));
    if (busy) this.say(words);
  }

  say(words, wrong = false) {
    byId("said").textContent = words;
    byId("said").classList.toggle("wrong", wrong);
  }

  back(length) {
    if (length >= 0) this.change("back", { length });
  }

  jump() {
    const property = byId("properties").value;
    this.change("jump", { property }, `Looking for a run that shows ${property} …`);
  }

  async save(name, body) {
    try {
      const { name: file, text } = await ask(name, body);
      const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      make("a", { href: address, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
      this.say(`Saved: ${file}`);
    } catch (error) {
      this.say(error.message, true);
    }
  }

  show(now) {
    this.now = now;
    this.say(now.said || "");
    const length = now.path.length;
    byId("starts").replaceChildren(...now.starts.map((text, number) => make("option", { value: number, selected: number === now.start }, text)));
    byId("starts").parentElement.hidden = now.starts.length < 2;
    byId("undo").disabled = length === 0;
    byId("step-title").textContent = length ? `After step ${length}` : "The initial state";
    byId("step-about").textContent = [
      now.clauses.length ? `clause ${now.clauses.join(", ")}` : "", now.requirements.join(", "), now.notes.join("; "),
    ].filter(Boolean).join(" · ");
    byId("broken").replaceChildren(...now.broken.map(([name, says]) => make("p", { class: "broken" }, make("strong", {}, name), ` is broken: ${says}`)));
    this.inspection.show(now.state);
    byId("path").replaceChildren(this.entry(0, "start", []), ...now.path.map((step, index) => this.entry(index + 1, ofPath(step.lines, step.name), step.broken)));
    byId("path").parentElement.scrollTop = byId("path").parentElement.scrollHeight;
    this.showChoices(now.choices);
  }

  entry(number, text, broken) {
    const current = number === this.now.path.length;
    const button = make("button", { type: "button", "aria-current": current ? "step" : null, title: current ? null : "Go back to here" },
      make("span", { class: "n" }, String(number)),
      make("span", {}, make("span", { class: "headline" }, text), broken.length ? make("span", { class: "breaking small" }, `breaks ${broken.map(([name]) => name).join(", ")}`) : null));
    button.addEventListener("click", () => { if (!current) this.back(number); });
    return make("li", { class: broken.length ? "breaks" : null }, button);
  }

  showChoices(choices) {
    const actors = [...new Set(choices.map((choice) => choice.actor))];
    let key = 0;
    const parts = actors.flatMap((actor) => [make("h3", {}, actor), ...choices.flatMap((choice, number) => {
      if (choice.actor !== actor) return [];
      key += 1;
      const button = make("button", { type: "button", class: choice.breaks.length ? "choice breaks" : "choice", "data-key": key },
        make("span", { class: "title" }, choice.title, key < 10 ? make("kbd", { "aria-hidden": "true" }, String(key)) : null),
        ...choice.details.map((text) => make("span", { class: "detail" }, text)),
        choice.breaks.length ? make("span", { class: "breaking" }, `breaks ${choice.breaks.map(([name]) => name).join(", ")}`) : null);
      button.title = choice.breaks.map(([name, says]) => `${name}: ${says}`).join("\n");
      button.addEventListener("click", () => this.change("step", { choice: number }).then(() => byId("choices").focus({ preventScroll: true })));
      return [button];
    })]);
    byId("choices").replaceChildren(...(parts.length ? parts : [make("p", { class: "soft" }, "Nothing more can happen.")]));
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select, input")) return;
    const chosen = /^[1-9]$/.test(event.key) && byId("choices").querySelector(`[data-key="${event.key}"]`);
    if (chosen) chosen.click();
    else if (event.key === "u" || event.key === "U") byId("undo").click();
  }
}

let page = null;
ask("model").then(async (model) => {
  page = new Page(model);
  page.show(await ask("state"));
}).catch((error) => {
  byId("said").textContent = error.message;
  byId("said").classList.add("wrong");
});
