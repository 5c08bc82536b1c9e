// The board of one class: a snapshot, then deltas, as /live sends them.

const SHOWN = 25;
const element = (id) => document.getElementById(id);
const view = { classes: [], classId: 1, board: 'now', rows: new Map(), raceId: null, total: 0, seq: 0 };
let socket = null;
let retryMs = 500;

function say(text, live) {
  element('state').textContent = text;
  element('state').classList.toggle('live', live);
}

function apply(message) {
  if (message.type === 'snapshot') view.rows.clear();
  else if (message.type !== 'delta') return;
  for (const entry of message.entries) view.rows.set(entry.racerId, entry);
  for (const racerId of message.removed ?? []) view.rows.delete(racerId);
  view.raceId = message.raceId;
  view.total = message.total;
  schedule();
}

let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

function row(entry) {
  const tr = document.createElement('tr');
  const rank = tr.insertCell();
  rank.textContent = entry.rank;
  const name = tr.insertCell();
  name.textContent = entry.name;
  if (entry.record && view.board === 'now') {
    const record = document.createElement('span');
    record.className = 'record';
    record.textContent = 'personal best';
    name.append(record);
  }
  const output = tr.insertCell();
  output.className = 'number';
  output.textContent = entry.output.toFixed(1);
  return tr;
}

function draw() {
  // Ranks are the server's; rows of one rank keep the order in which it sent them.
  const entries = [...view.rows.values()].sort((a, b) => a.rank - b.rank);
  const second = entries.reduce((highest, entry) => Math.max(highest, entry.second), 0);
  element('second').textContent = second || '–';
  element('progress').value = second;
  element('total').textContent = view.total;
  element('race').textContent = view.raceId ?? '–';
  const rows = entries.slice(0, SHOWN).map(row);
  if (rows.length === 0) {
    const empty = document.createElement('tr');
    empty.className = 'empty';
    const cell = empty.insertCell();
    cell.colSpan = 3;
    cell.textContent = 'Nobody is riding here yet.';
    rows.push(empty);
  }
  element('rows').replaceChildren(...rows);
}

function connect() {
  socket?.close();
  const url = new URL(`/live?classId=${view.classId}&board=${view.board}&top=${SHOWN}`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const mine = new WebSocket(url);
  socket = mine;
  mine.onopen = () => {
    retryMs = 500;
    say('live', true);
  };
  mine.onmessage = (event) => {
    if (socket === mine) apply(JSON.parse(event.data));
  };
  mine.onclose = () => {
    if (socket !== mine) return; // another class or board was chosen
    say('connection lost, trying again …', false);
    setTimeout(() => socket === mine && connect(), retryMs);
    retryMs = Math.min(retryMs * 2, 10000);
  };
}

function press(group, chosen) {
  for (const button of group.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button === chosen));
}

function choose(entry, button) {
  view.classId = entry.id;
  element('class-name').textContent = entry.name;
  element('length').textContent = entry.raceLength;
  element('progress').max = entry.raceLength;
  const history = document.createElement('a');
  history.href = `/history/class-${entry.id}.json`;
  history.textContent = `History of ${entry.name}`;
  element('history').replaceChildren(history);
  press(element('classes'), button);
  view.rows.clear();
  connect();
}

for (const button of document.querySelectorAll('[data-board]')) {
  button.onclick = () => {
    view.board = button.dataset.board;
    press(button.parentElement, button);
    view.rows.clear();
    connect();
  };
}

const classes = await (await fetch('/api/v1/classes')).json();
for (const entry of classes) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = entry.name;
  button.onclick = () => choose(entry, button);
  element('classes').append(button);
}
choose(classes[0], element('classes').firstElementChild);
