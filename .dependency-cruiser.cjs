'use strict';
// The arrows of ARCHITECTURE.md as rules, with what else holds for imports.

const { rooms, ports, portFolders, journalThreads, browserSafe } = require('./scripts/arrows.cjs');

/** Packages and parts of Node that only one room uses. */
const homes = {
  fastify: 'api',
  react: 'console',
  '@mantine': 'console',
  commander: 'cli',
  pino: 'telemetry',
  'prom-client': 'telemetry',
  'quickjs-emscripten-core': 'sandbox/quickjs',
  '@jitl/quickjs-wasmfile-release-sync': 'sandbox/quickjs',
  undici: 'nowhere',
  acorn: 'template',
  re2js: 'rules',
  jose: 'connections',
  '@node-rs/argon2': 'identity',
  sqlite: 'sqlite',
  child_process: 'cli/demo/cluster',
};

const test = '\\.(test|conformance|testing)\\.ts$|/(fake|arbitrary)(/|[^/]*\\.ts$)';
const portFiles = `^src/(${Object.keys(ports).join('|')})/\\1\\.ts$`;

function pathsOf(names) {
  return names.map((name) => (name === 'ports' ? portFiles : `^src/${name}/`));
}

const arrows = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-arrows`,
  comment: `${room}/ may import: ${allowed.join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: test },
  to: { path: '^src/', pathNot: [`^src/${room}/`, ...pathsOf(allowed)] },
}));

/** The files of a port itself: those beside it, and in folders that belong to it. */
function ownFiles(port) {
  return `^src/${port}/(?:(?:${portFolders[port]?.join('|') ?? '(?!)'})/)?[^/]+\\.ts$`;
}

const portArrows = Object.entries(ports).flatMap(([port, allowed]) => [
  {
    name: `${port}-port-arrows`,
    comment: 'A port imports the contract and the files beside it, never an adapter.',
    severity: 'error',
    from: { path: ownFiles(port), pathNot: test },
    to: { path: '^src/', pathNot: [ownFiles(port), '^src/contract/'] },
  },
  {
    name: `${port}-adapter-arrows`,
    comment: 'An adapter imports the contract, telemetry, its own port and what belongs to its storage.',
    severity: 'error',
    from: { path: `^src/${port}/([^/]+)/`, pathNot: [ownFiles(port), test] },
    to: {
      path: '^src/',
      pathNot: [ownFiles(port), `^src/${port}/$1/`, '^src/contract/', '^src/telemetry/', ...pathsOf(allowed)],
    },
  },
]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...arrows,
    ...portArrows,
    {
      name: 'main-arrows',
      comment: 'main.ts hands what the commands run to them and nothing else.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/cli/',
          '^src/(app|idle-memory|move-data|render-template|rotate-secrets|verify-audit|version)\\.ts$',
          '^src/config/',
          '^src/storage/inspect(-postgres)?\\.ts$',
          '^src/sqlite/backup\\.ts$',
          '^src/audit/sqlite/verify-file\\.ts$',
        ],
      },
    },
    {
      name: 'app-is-the-top',
      comment: 'No room imports what stands above the rooms, where adapters are chosen.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: test },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'one-door-to-an-engine',
      comment: 'Above the rooms, only what works on a stopped data folder knows SQLite: others use Storage.',
      severity: 'error',
      from: {
        path: '^src/[^/]+\\.ts$',
        pathNot: [test, '^src/(main|move-data)\\.ts$'],
      },
      to: { path: ['^src/sqlite/', '^src/[^/]+/sqlite/'] },
    },
    {
      name: 'storage-thread-side',
      comment: 'What runs in the storage threads imports nothing of the main thread, not even a type.',
      severity: 'error',
      from: { path: journalThreads.files, pathNot: [journalThreads.main, test] },
      to: { path: journalThreads.main },
    },
    {
      name: 'main-thread-side',
      comment: 'The main thread, and what both threads run, import of the storage threads types alone.',
      severity: 'error',
      from: { path: [journalThreads.main, journalThreads.both], pathNot: test },
      to: {
        path: journalThreads.files,
        pathNot: [journalThreads.main, journalThreads.both],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'every-room-has-arrows',
      comment: 'A new folder below src/ gets its line in `rooms` or `ports` first.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: `^src/(${[...Object.keys(rooms), ...Object.keys(ports)].join('|')})/|^src/[^/]+\\.ts$`,
      },
      to: {},
    },
    {
      name: 'browser-safe',
      comment: `${browserSafe.join(', ')} run in a browser: nothing of Node.`,
      severity: 'error',
      from: { path: `^src/(${browserSafe.join('|')})/`, pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'one-way-out',
      comment:
        'Whatever goes out passes egress/. (check-connection.ts reads certificates with node:tls and opens no socket; the load balancer of the demo goes to its own nodes.)',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: `^src/(egress|api)/|^src/connections/check-connection\\.ts$|^src/cli/demo/cluster/balancer\\.ts$|${test}`,
      },
      to: {
        dependencyTypes: ['core'],
        dependencyTypesNot: ['type-only'],
        path: '^(node:)?(http|https|http2|tls|dns|dgram)(/|$)',
      },
    },
    ...Object.entries(homes).map(([name, home]) => ({
      name: `${name}-has-a-home`,
      comment: `${name} is used in ${home} alone (its types may be named elsewhere).`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${home}/|${test}` },
      to: { path: `^(node:)?${name}$|node_modules/${name}(-core)?/`, dependencyTypesNot: ['type-only'] },
    })),
    {
      name: 'no-cycles',
      comment: 'Files that import each other, types included, are one file, or need a third.',
      severity: 'error',
      from: { path: '^src/', pathNot: test },
      to: { circular: true },
    },
    {
      name: 'no-page-to-page',
      comment: 'Pages of one area of the console import nothing of another: what both need is a part (console/parts/).',
      severity: 'error',
      from: { path: '^src/console/pages/([^/]+)/' },
      to: { path: '^src/console/pages/', pathNot: '^src/console/pages/$1/' },
    },
    {
      name: 'no-tests-in-the-program',
      comment: 'The program does not import tests, their helpers or development packages.',
      severity: 'error',
      from: { path: '^src/', pathNot: test },
      to: { path: `${test}|^test/`, dependencyTypesNot: ['core'] },
    },
    {
      name: 'no-development-packages',
      comment: 'What the program needs to run stands in `dependencies`. (The console is built: it brings its own.)',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/console/|${test}` },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
