import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/**
 * Every place in src/ that could open an outgoing socket, start a thread or load code, and the reason why it may. New
 * network code belongs in egress/, which has the guard; an exception is listed here with its reason.
 */
const doors: Record<string, string> = {
  'egress/http1/tcp.ts: node:net {connect}': 'The door: opens sockets to checked addresses.',
  'egress/http1/tls.ts: node:tls {TLSSocket connect createSecureContext getCACertificates}':
    'Speaks TLS over a socket that the door opened.',
  'egress/http1/dns.ts: node:dns/promises {Resolver lookup}': 'Asks for the addresses that the guard judges.',
  'connections/check-connection.ts: node:tls {createSecureContext}': 'Reads certificates; opens nothing.',
  'alerts/senders/email.ts: import()': 'Writes e-mails, without files and addresses in them; opens nothing.',
  'alerts/senders/smtp.ts: import()': 'Speaks SMTP over a socket that the door opened, and verifies TLS over it.',
  'source-stacks.ts: process.binding':
    'Reads and unpacks the tables of source lines beside the program; opens nothing.',
  'api/http/node-http.ts: process.binding': 'Takes the server and the names of statuses from node:http: listens.',
  'cli/commands/doctor.ts: node:net {createServer}': 'Tries whether the port is free: listens, connects nowhere.',
  'cli/demo/cluster/balancer.ts: node:http {Agent createServer request}':
    'The load balancer of the demo: listens, and passes requests on to the nodes that the demo started.',
  'cli/demo/cluster/balancer.ts: fetch': 'As above: asks whether they are ready.',
  'cli/demo/cluster/cluster-demo.ts: fetch': 'As above: asks whether one of them is ready.',
  'cli/demo/cluster/demo-node.ts: node:child_process {spawn}': 'The demo starts the program as two nodes.',
  'cli/demo/cluster/postgres-process.ts: node:child_process {execFile spawn}':
    'The demo starts the PostgreSQL of a development package, without listening on an address.',
  'cli/demo/cluster/postgres-process.ts: node:net {Socket}': 'The type of the pipes to it.',
  'cli/demo/cluster/registry-postgres.ts: node:module {createRequire}': 'Finds that package.',
  'cli/demo/cluster/registry-postgres.ts: createRequire': 'As above.',
  'cli/server.ts: fetch': 'The demo sends its events to its own server, from the command line.',
  'client/client.ts: fetch': 'The typed client of commands and console: goes to the server its user names.',
  'async/worker-thread.ts: node:worker_threads {Worker}':
    'Starts the threads of storage, checkpoints, templates and checks; they hold no socket.',
  'async/worker-thread.ts: new Worker': 'As above.',
  'async/worker-thread.ts: node:module {getCompileCacheDir}': 'Opens nothing.',
  'compute/compute-worker.ts: node:worker_threads {parentPort}': 'The thread itself.',
  'sandbox/quickjs/worker.ts: node:worker_threads {parentPort workerData}': 'The thread itself.',
  'identity/single-sign-on/openid-provider.ts: import()':
    'Loads OpenID Connect when it is needed, and gives it the door for its requests.',
  'identity/password/passwords.ts: import()': 'Loads the hashing of passwords when it is needed.',
  'main.ts: node:module {flushCompileCache}':
    'Writes compiled code to the folder that the launcher names. Opens nothing.',
  'sandbox/quickjs/engine.ts: node:module {createRequire}': 'Finds the compiled engine in its package.',
  'sandbox/quickjs/engine.ts: createRequire': 'As above.',
  'cli/yaml.ts: node:module {createRequire}': 'Loads one package when it is needed.',
  'cli/yaml.ts: createRequire': 'As above.',
  'config/load.ts: node:module {createRequire}': 'As above.',
  'config/load.ts: createRequire': 'As above.',
  'sqlite/sqlite-worker.ts: import()': 'Loads the operations that app.ts names.',
  'sqlite/sqlite-worker.ts: node:worker_threads {parentPort workerData}': 'The thread itself.',
  'sqlite/checkpoint-worker.ts: node:worker_threads {parentPort workerData}': 'The thread itself.',
  'contract/records/trace.ts: fetch': 'Code for web pages, as text.',
  'contract/records/trace.ts: XMLHttpRequest': 'As above.',
  'contract/records/trace.ts: sendBeacon': 'As above.',
  'template/check/findings.ts: fetch': 'Names that are not available in templates.',
  'template/check/findings.ts: XMLHttpRequest': 'As above.',
};

/** The console runs in a browser: its requests are the browser's, under its content security policy. */
const isBrowser = (file: string) => file.startsWith('console/') || file.startsWith('tag/');
const isTest = (file: string) =>
  /\.(test|testing|conformance|samples|d)\.tsx?$|(^|\/)(fake|arbitrary|hostile|testdata)[^/]*(\/|\.tsx?$)/.test(file);

/**
 * Packages that code of the server may import. Those that could open sockets are listed with the functions in use.
 */
const packages: Record<string, string> = {
  '@fastify/proxy-addr': '',
  '@jitl/quickjs-wasmfile-release-sync': '',
  '@node-rs/argon2': '',
  '@opentelemetry/api': '',
  '@opentelemetry/core': '',
  '@opentelemetry/exporter-metrics-otlp-proto':
    'Sends to the receiver of metrics that the operator names; is loaded only then.',
  '@opentelemetry/exporter-trace-otlp-proto':
    'Sends to the receiver of traces that the operator names; is loaded only then.',
  '@opentelemetry/resources': '',
  '@opentelemetry/sdk-metrics': '',
  '@opentelemetry/sdk-trace': '',
  acorn: '',
  commander: '',
  fastify: 'Listens.',
  'ipaddr.js': '',
  nodemailer: 'Writes mail and speaks SMTP over a socket of the door; its own ways out are doors below.',
  jose: 'Signs; its fetching of remote keys is a door of its own below.',
  pg: 'Opens sockets to the database of the operator alone.',
  pino: 'Writes to its own stdout; its transports are doors of their own below.',
  'prom-client': 'Counts; its push gateway is a door of its own below.',
  'quickjs-emscripten-core': '',
  re2js: '',
  yaml: '',
  zod: '',
};

const modules =
  /^(?:node:)?(?:net|tls|https?|http2|dgram|dns|dns\/promises|worker_threads|child_process|cluster|inspector|inspector\/promises|wasi|module|vm|repl|undici(?:\/.*)?|ws)$/;
const globals: [name: string, pattern: RegExp][] = [
  ['fetch', /(?<![.\w$])fetch(?=[(,)\s;|]|$)/],
  ['WebSocket', /\bWebSocket\b/],
  ['EventSource', /\bEventSource\b/],
  ['XMLHttpRequest', /\bXMLHttpRequest\b/],
  ['sendBeacon', /\bsendBeacon\b/],
  ['new Worker', /\bnew Worker\(/],
  ['eval', /(?<![.\w])eval\(/],
  ['new Function', /\bnew Function\(/],
  ['process.binding', /\bprocess\.(?:binding|_linkedBinding|getBuiltinModule|dlopen)\b/],
  ['import()', /\bimport\((?!['"]\.)/],
  ['createRequire', /\bcreateRequire\b|(?<![.\w])require\(/],
  ['remote keys', /\bcreateRemoteJWKSet\b/],
  ['push gateway', /\bPushgateway\b/],
  ['unverified TLS', /rejectUnauthorized: (?!true)|checkServerIdentity|NODE_TLS_REJECT/],
  ['mail transport', /\bcreateTransport\b|nodemailer\/lib\/(?!mail-composer|smtp-connection)/],
  ['pino transport', /\bpino\.transport\b|\btransport:/],
];

/** The sockets that a source text could open, and the packages that it imports. */
function doorsOf(text: string): { doors: string[]; packages: string[] } {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/^(?:import|export) type [^;]*;/gm, '');
  const found: string[] = [];
  const imported: string[] = [];
  const statements = code.matchAll(/^(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?['"]([^'"]+)['"]/gm);
  for (const [, clause = '', from = ''] of statements) {
    const names = [...clause.replace(/\btype [\w$]+/g, '').matchAll(/[\w$*]+(?=\s+as\b)|(?<!as\s)\b[\w$]+|\*/g)]
      .map(([name]) => name)
      .filter((name) => name !== 'as' && !/^isIP(?:v[46])?$/.test(name));
    if (modules.test(from)) {
      if (names.length > 0 || clause === '') found.push(`${from} {${[...new Set(names)].sort().join(' ')}}`);
    }
    if (!from.startsWith('.') && !from.startsWith('node:'))
      imported.push(from.split('/', from.startsWith('@') ? 2 : 1).join('/'));
  }
  const rest = code.replace(/^(?:import|export)\s+[^'";]*from\s+['"][^'"]+['"];?/gm, '');
  for (const [name, pattern] of globals) if (pattern.test(rest)) found.push(name);
  return { doors: found, packages: imported };
}

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) ? [relative(src, path)] : [];
  });
}

const files = sources(src).filter((file) => !isTest(file) && !isBrowser(file));

test('only the listed places in src/ open sockets', () => {
  assert.ok(files.length > 150, `${files.length} files`);
  const found = files.flatMap((file) =>
    doorsOf(readFileSync(join(src, file), 'utf8')).doors.map((one) => `${file}: ${one}`),
  );
  assert.deepEqual(found.toSorted(), Object.keys(doors).toSorted());
});

test('code of the server imports no package that is not listed', () => {
  const found = new Set(files.flatMap((file) => doorsOf(readFileSync(join(src, file), 'utf8')).packages));
  assert.deepEqual(
    [...found].filter((name) => !(name in packages)),
    [],
  );
});

test('the search finds sockets of every kind', () => {
  const planted: [string, string][] = [
    ["import { connect as dial } from 'node:net';", 'node:net {connect}'],
    ["import * as net from 'net';", 'net {*}'],
    ["import tls, { type TLSSocket } from 'node:tls';", 'node:tls {tls}'],
    ["import 'node:http2';", 'node:http2 {}'],
    ["export { request } from 'node:https';", 'node:https {request}'],
    ["import {\n  type Socket,\n  createSocket,\n} from 'node:dgram';", 'node:dgram {createSocket}'],
    ["import { lookup } from 'node:dns';", 'node:dns {lookup}'],
    ["import { request } from 'undici';", 'undici {request}'],
    ["const net = await import('node:net');", 'import()'],
    ["const net = process.getBuiltinModule('node:net');", 'process.binding'],
    ["const net = createRequire(import.meta.url)('net');", 'createRequire'],
    ['await fetch(url);', 'fetch'],
    ['const get = fetch;', 'fetch'],
    ["new WebSocket('wss://x');", 'WebSocket'],
    ['new EventSource(url);', 'EventSource'],
    ["eval('1');", 'eval'],
  ];
  for (const [text, http] of planted) assert.deepEqual(doorsOf(text).doors, [http], text);
  for (const text of [
    "import type { Socket } from 'node:net';",
    "import { type Socket } from 'node:net';",
    "import { isIP, isIPv6 } from 'node:net';",
    '// fetch(url) opens nothing here',
    'this.fetch(url); const prefetch = 1;',
  ])
    assert.deepEqual(doorsOf(text).doors, [], text);
});
