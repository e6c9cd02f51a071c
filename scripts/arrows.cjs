'use strict';
// Who may import whom: the one table behind .dependency-cruiser.cjs and the diagram of ARCHITECTURE.md. `ports` in a
// list stands for the port files x/x.ts alone.

/** Which rooms a room may import, beside itself. */
const rooms = {
  contract: [],
  async: [],
  template: ['contract'],
  rules: ['contract'],
  compute: ['async', 'contract', 'rules', 'template'],
  config: ['contract'],
  telemetry: ['contract'],
  disk: [],
  secrets: ['async', 'contract', 'disk'],
  sqlite: ['async', 'contract', 'template', 'telemetry', 'disk'],
  postgres: ['async', 'contract', 'telemetry'],
  client: ['contract'],
  connections: ['contract', 'ports'],
  destinations: ['contract', 'connections', 'template', 'ports'],
  identity: ['async', 'contract', 'secrets', 'ports'],
  ownership: ['async', 'contract', 'telemetry', 'ports'],
  pipeline: [
    'async',
    'compute',
    'contract',
    'rules',
    'template',
    'connections',
    'destinations',
    'ownership',
    'telemetry',
    'ports',
  ],
  http: ['async', 'contract'],
  intake: ['async', 'connections', 'contract', 'http', 'pipeline', 'telemetry', 'ports'],
  watch: ['async', 'contract', 'pipeline', 'connections', 'telemetry', 'ports'],
  alerts: ['async', 'contract', 'connections', 'pipeline', 'telemetry', 'ports'],
  api: [
    'async',
    'compute',
    'contract',
    'alerts',
    'http',
    'intake',
    'pipeline',
    'watch',
    'identity',
    'secrets',
    'rules',
    'template',
    'connections',
    'destinations',
    'telemetry',
    'ports',
  ],
  storage: [
    'accounts',
    'audit',
    'catalog',
    'config',
    'contract',
    'issues',
    'journal',
    'notes',
    'postgres',
    'requests',
    'secrets',
    'sqlite',
  ],
  move: ['accounts', 'audit', 'contract', 'disk', 'journal', 'postgres', 'sqlite'],
  cli: ['contract', 'client', 'template'],
  console: ['contract', 'client', 'template', 'rules'],
  tag: [],
};

/** Ports, and what their adapters may import beside the contract, telemetry and their own port. */
const ports = {
  accounts: ['async', 'audit', 'sqlite', 'postgres'],
  audit: ['async', 'sqlite', 'postgres'],
  catalog: ['async', 'audit', 'sqlite', 'postgres', 'secrets'],
  issues: ['audit', 'sqlite', 'postgres'],
  journal: ['async', 'audit', 'sqlite', 'postgres'],
  notes: ['sqlite', 'postgres'],
  requests: ['async', 'sqlite', 'postgres'],
  sandbox: ['async', 'template'],
  egress: ['async'],
};

/** Folders of a port that belong to the port itself, not to an adapter. */
const portFolders = { egress: ['guard'], journal: ['codec'] };

/**
 * Which thread runs a file of the journal's SQLite adapter, by its name: `sqlite-x.ts` the main thread, `x-codec.ts` (what
 * crosses between them, or is stored, as pure functions) both, every other file the storage threads.
 */
const journalThreads = {
  files: '^src/journal/sqlite/',
  main: '^src/journal/sqlite.*/sqlite-[^/]+\\.ts$',
  both: '^src/journal/sqlite/.*-codec\\.ts$',
};

/** Rooms that run in a browser too. */
const browserSafe = ['contract', 'client', 'template', 'rules', 'console', 'tag'];

module.exports = { rooms, ports, portFolders, journalThreads, browserSafe };
