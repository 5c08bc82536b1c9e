// Who includes whom, against the table of src/README.md.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';

import { ROOT } from './harness/daemon.mjs';

/// room → the rooms it may include.
function readTable() {
  const rows = readFileSync(join(ROOT, 'src/README.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  const head = rows.findIndex(([room, may]) => room === 'room' && may === 'may include');
  assert.ok(head >= 0, 'src/README.md has no table | room | may include |');
  const table = new Map();
  for (const [room, may] of rows.slice(head + 2)) {
    if (!existsSync(join(ROOT, 'src', room))) {
      break; // the next table
    }
    table.set(room, new Set(may === '–' ? [] : may.split(/,\s*/)));
  }
  return table;
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/// All C++ files with their room and what they include.
function readSources() {
  const sources = [];
  for (const folder of ['src', 'include/alleycat']) {
    for (const path of filesBelow(join(ROOT, folder)).filter((name) => /\.(cpp|hpp)$/.test(name))) {
      const [room] = relative(join(ROOT, folder), path).split('/');
      const lines = readFileSync(path, 'utf8').split('\n');
      const includes = lines.map((line) => /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(line)).filter(Boolean);
      sources.push({
        path,
        name: relative(ROOT, path),
        room,
        isPublic: folder !== 'src',
        system: includes.filter(([, mark]) => mark === '<').map(([, , name]) => name),
        quoted: includes.filter(([, mark]) => mark === '"').map(([, , name]) => name),
      });
    }
  }
  assert.ok(sources.length > 50, `only ${sources.length} sources found`);
  return sources;
}

const table = readTable();
const sources = readSources().filter(({ room }) => room !== 'cmake');

/// room → room → the files that include so.
function arrows() {
  const graph = new Map();
  for (const { room, name, system } of sources) {
    for (const included of system) {
      const [, to] = /^alleycat\/([^/]+)\//.exec(included) ?? [];
      if (to && to !== room) {
        const targets = graph.get(room) ?? new Map();
        targets.set(to, [...(targets.get(to) ?? []), `${name} includes <${included}>`]);
        graph.set(room, targets);
      }
    }
  }
  return graph;
}

/// A path of `next(room)` steps from a room back to itself.
function findCycle(rooms, next) {
  const done = new Set();
  const visit = (room, path) => {
    if (path.includes(room)) {
      return [...path.slice(path.indexOf(room)), room];
    }
    if (done.has(room)) {
      return undefined;
    }
    for (const to of next(room)) {
      const cycle = visit(to, [...path, room]);
      if (cycle) {
        return cycle;
      }
    }
    done.add(room);
    return undefined;
  };
  for (const room of rooms) {
    const cycle = visit(room, []);
    if (cycle) {
      return cycle.join(' → ');
    }
  }
  return undefined;
}

test('every room is in the table, and everything in the table is a room', () => {
  for (const { room, name } of sources) {
    assert.ok(table.has(room), `${name} is in a room that src/README.md does not know`);
  }
  for (const [room, may] of table) {
    for (const other of may) {
      assert.ok(table.has(other), `${room} may include ${other}, which is no room`);
    }
  }
});

test('no room includes another one that the table does not allow it', () => {
  const wrong = [];
  for (const [room, targets] of arrows()) {
    for (const [to, files] of targets) {
      if (!table.get(room)?.has(to)) {
        wrong.push(...files);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('no rooms include each other in a circle, nor may they', () => {
  const graph = arrows();
  assert.equal(
    findCycle(graph.keys(), (room) => graph.get(room)?.keys() ?? []),
    undefined,
  );
  assert.equal(
    findCycle(table.keys(), (room) => table.get(room) ?? []),
    undefined,
  );
});

test('"file.hpp" is a private header of the same folder; a public header includes none', () => {
  for (const { name, path, quoted, isPublic } of sources) {
    for (const included of quoted) {
      assert.ok(!isPublic, `${name} is public and includes "${included}"`);
      assert.equal(basename(included), included, `${name} includes "${included}"`);
      assert.ok(existsSync(join(dirname(path), included)), `${name} includes "${included}", which is not beside it`);
    }
  }
});

test('a header in include/alleycat exists for each <alleycat/…>', () => {
  for (const { name, system } of sources) {
    for (const included of system.filter((header) => header.startsWith('alleycat/'))) {
      assert.ok(existsSync(join(ROOT, 'include', included)), `${name} includes <${included}>`);
    }
  }
});

const MQTT_FILES = ['src/ingest/mqtt_source.cpp', 'src/sim/mqtt_sender.cpp'];
const HOMES = [
  {
    of: 'libmosquitto',
    header: /^(mosquitto|mqtt_protocol|mosquittopp)\.h$/,
    home: ({ name }) => MQTT_FILES.includes(name),
  },
  { of: 'sqlite3', header: /^sqlite3/, home: ({ room }) => room === 'sqlite', wrapped: true },
  { of: 'simdjson', header: /^simdjson/, home: ({ room }) => ['telemetry', 'delivery', 'history', 'ingest', 'access', 'sim'].includes(room) },
  { of: 'zlib', header: /^zlib\.h$/, home: ({ room }) => ['delivery', 'history', 'serve'].includes(room) },
  { of: 'prometheus-cpp', header: /^prometheus\//, home: ({ room }) => room === 'serve' },
  { of: 'toml++', header: /^toml(\+\+\/|\.h)/, home: ({ room }) => ['app', 'sim'].includes(room) },
  { of: 'CLI11', header: /^CLI\//, home: ({ room }) => ['app', 'sim'].includes(room) },
];

for (const { of, header, home, wrapped } of HOMES) {
  test(`the types of ${of} stay where they belong, and out of public headers`, () => {
    const users = sources.filter(({ system, quoted }) => [...system, ...quoted].some((name) => header.test(name)));
    assert.ok(users.length > 0, `nobody includes ${of} any more: take it off this list`);
    for (const user of users) {
      assert.ok(home(user) && (wrapped || !user.isPublic), user.name);
    }
  });
}
