const logRows = 14;
const eventRows = 8;
const tones = { new: "good", stored: "good", duplicate: "calm", "in flight": "wait", refused: "bad", mismatch: "bad", failed: "bad", "no answer": "dead" };
const $ = id => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function badge(text, tone) {
  return element("span", { className: `badge ${tone}`, textContent: text });
}

function eventId(id) {
  if (!id) return element("span", { className: "faint", textContent: "unverified" });
  return element("code", { title: id }, element("span", { className: "head", textContent: id.slice(0, 8) }), `…${id.slice(-6)}`);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function cell(content, className = "") {
  return element("td", { className }, content);
}

// Equal neighbours are one row with a count: ten deliveries at once would push everything else away.
function grouped(deliveries) {
  const groups = [];
  for (const delivery of deliveries) {
    const last = groups.at(-1);
    if (last && last.eventId === delivery.eventId && last.status === delivery.status && last.outcome === delivery.outcome) last.count++;
    else groups.push({ ...delivery, count: 1 });
  }
  return groups;
}

const seen = { log: new Set(), list: new Set() };

function fill(table, rows) {
  const known = seen[table];
  const first = known.size === 0;
  seen[table] = new Set(rows.map(row => row.key));
  $(table).tBodies[0].replaceChildren(...rows.map(row => element("tr", { className: first || known.has(row.key) ? "" : "fresh" }, ...row.cells)));
  $(`${table}-empty`).hidden = rows.length > 0;
  $(table).hidden = rows.length === 0;
}

function show(view) {
  for (const [name, count] of Object.entries({ ...view.totals, ...view.throughput })) $(name).textContent = count.toLocaleString();

  fill("log", grouped(view.deliveries).slice(0, logRows).map(delivery => ({
    key: `${delivery.at}${delivery.count}`,
    cells: [
      cell(element("span", {}, badge(`${delivery.status ?? ""} ${delivery.outcome}`.trim(), tones[delivery.outcome]),
        delivery.count > 1 ? element("span", { className: "times", textContent: `× ${delivery.count}` }) : "")),
      cell(eventId(delivery.eventId)),
      cell(delivery.type ?? "", "type"),
      cell(element("time", { dateTime: delivery.at, textContent: clock.format(new Date(delivery.at)) }), "end faint"),
    ],
  })));

  fill("list", view.events.slice(0, eventRows).map(event => ({
    key: `${event.id}${event.effects}`,
    cells: [
      cell(badge(event.effects === 1 ? "1 payment" : `${event.effects} payments`, event.effects === 1 ? "good" : event.effects === 0 ? "wait" : "bad")),
      cell(eventId(event.id)),
      cell(event.type ?? "", "type"),
      cell(event.deliveries.toLocaleString(), "end"),
      cell(event.duplicates.toLocaleString(), "end"),
    ],
  })));
}

function follow() {
  const source = new EventSource("/api/webhooks/live");
  source.onmessage = message => show(JSON.parse(message.data));
  source.onopen = () => { $("link").textContent = "live"; $("link").className = "link on"; };
  source.onerror = () => { $("link").textContent = "reconnecting"; $("link").className = "link"; };
}

let busy = false;

async function play(scenario, button, outcome) {
  if (busy) return;
  busy = true;
  // Not "disabled": a disabled button loses the focus, and with it the place of whoever uses the keyboard.
  for (const other of document.querySelectorAll(".scenario")) other.setAttribute("aria-disabled", "true");
  button.classList.add("busy");
  outcome.className = "outcome";
  outcome.textContent = "Delivering…";
  try {
    const response = await fetch(`/api/scenarios/${scenario.id}`, { method: "POST" });
    if (!response.ok) throw new Error(`The application answered ${response.status}.`);
    const report = await response.json();
    const effects = report.effects === 1 ? "1 effect" : `${report.effects} effects`;
    outcome.textContent = `${report.isRight ? "✓" : "✗"} ${report.summary} → ${effects}`;
    outcome.classList.add(report.isRight ? "right" : "wrong");
  } catch (error) {
    outcome.textContent = `✗ ${error.message}`;
    outcome.classList.add("wrong");
  } finally {
    $("status").textContent = `${scenario.title}: ${outcome.textContent}`;
    button.classList.remove("busy");
    for (const other of document.querySelectorAll(".scenario")) other.removeAttribute("aria-disabled");
    busy = false;
  }
}

async function offer() {
  const scenarios = await (await fetch("/api/scenarios")).json();
  if (scenarios.length === 0) {
    $("scenarios").append(element("p", { className: "empty", textContent: "The buttons are there only in Development: they have events signed." }));
  }
  for (const scenario of scenarios) {
    const title = element("strong", { textContent: scenario.title });
    const text = element("span", { textContent: scenario.text });
    const outcome = element("span", { className: "outcome" });
    const button = element("button", { type: "button", className: "scenario", id: scenario.id }, title, text, outcome);
    button.addEventListener("click", () => play(scenario, button, outcome));
    $("scenarios").append(button);
  }
}

await offer();
follow();
