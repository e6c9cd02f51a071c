import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { startBrowser } from '../test/console/browser.ts';
import { sendByTheConsole } from '../test/sdks/console-snippets.ts';
import { startTestApp, type TestApp } from '../test/support/app.ts';
import { eventually } from '../test/support/eventually.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { type Trouble, type UnreliableWay, unreliableWay } from '../test/support/unreliable-way.ts';
import { buildConsole, isConsoleStale } from './console.ts';
import { call, fetchBy, runParts } from './parts.ts';

// Runs the packages of other vendors, unmodified, at the versions in test/sdks, against a server that restarts, does not take
// what it is sent, refuses, and is over its rate. A part whose programs or packages are not to be had is skipped, with the reason.
// Words choose the parts with one of them in their name.

const root = fileURLToPath(new URL('../', import.meta.url));
const programs = join(root, 'test/sdks');

/**
 * Sends the events of test/sdks/README.md with an SDK; ends when the SDK has nothing more to send, or gave up. `isOver`: whether
 * it need not repeat any of them any more.
 */
type Send = (sdk: string, url: string, key: string, isOver: () => Promise<boolean>) => Promise<unknown>;

/**
 * `isExact`: whether the language has whole numbers above 2⁵³. `mayLose`: SDKs that give up sooner than a restart takes.
 * `patienceMs`: how long others repeat what is not answered; a slow machine can take longer for a restart.
 */
type Language = {
  sdks: readonly string[];
  mayLose: readonly string[];
  patienceMs?: Readonly<Record<string, number>>;
  isExact: boolean;
};

const backEnds = ['segment', 'rudderstack', 'posthog', 'snowplow'];

const parts: { [name: string]: (folder: string) => Promise<void> } = {
  async Python(folder) {
    await fetchBy('python3', ['-m', 'venv', folder]);
    const packages = ['install', '--quiet', '--disable-pip-version-check', '-r', join(programs, 'requirements.txt')];
    await fetchBy(join(folder, 'bin/pip'), packages);
    const program = join(programs, 'send.py');
    const language = { sdks: backEnds, mayLose: [], patienceMs: { posthog: 7_000 }, isExact: true };
    await sendAll(language, (sdk, url, key, isOver) =>
      run(join(folder, 'bin/python'), ['-W', 'ignore', program, sdk, url, key], folder, isOver),
    );
  },
  async Go(folder) {
    for (const file of ['go.mod', 'go.sum']) cpSync(join(programs, file), join(folder, file));
    cpSync(join(programs, 'send.go'), join(folder, 'main.go'));
    // Without the C compiler: the storage in SQLite is not used.
    const env = { ...process.env, CGO_ENABLED: '0' };
    await fetchBy('go', ['mod', 'download'], { cwd: folder, env });
    await call('go', ['build', '-o', 'send', '.'], { cwd: folder, env });
    await sendAll({ sdks: backEnds, mayLose: [], isExact: true }, (sdk, url, key, isOver) =>
      run(join(folder, 'send'), [sdk, url, key], folder, isOver),
    );
  },
  async Java(folder) {
    cpSync(join(programs, 'pom.xml'), join(folder, 'pom.xml'));
    const build = ['-q', '-B', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'];
    await fetchBy('mvn', build, { cwd: folder });
    const packages = readFileSync(join(folder, 'classpath'), 'utf8').trim();
    mkdirSync(join(folder, 'out'));
    await call('javac', ['-encoding', 'UTF-8', '-cp', packages, '-d', 'out', join(programs, 'Send.java')], {
      cwd: folder,
    });
    // posthog-server loses its batch whenever a connection is refused.
    await sendAll({ sdks: backEnds, mayLose: ['posthog'], isExact: true }, (sdk, url, key, isOver) =>
      run('java', ['-XX:TieredStopAtLevel=1', '-cp', `out:${packages}`, 'Send', sdk, url, key], folder, isOver),
    );
  },
  async 'Node.js'(folder) {
    await nodePackages(folder);
    cpSync(join(programs, 'send.mjs'), join(folder, 'send.mjs'));
    // Jitsu repeats nothing, and RudderStack gives up after a second and a half.
    const sdks = [...backEnds, 'jitsu'];
    const language = { sdks, mayLose: ['jitsu', 'rudderstack'], patienceMs: { posthog: 9_000 }, isExact: false };
    await sendAll(language, (sdk, url, key, isOver) =>
      run(process.execPath, [join(folder, 'send.mjs'), sdk, url, key], folder, isOver),
    );
  },
  async 'a browser'(folder) {
    await nodePackages(folder);
    cpSync(join(programs, 'send-in-page.mjs'), join(folder, 'send-in-page.mjs'));
    await using build = await rolldown({
      cwd: folder,
      input: 'send-in-page.mjs',
      platform: 'browser',
      logLevel: 'silent',
    });
    const { output } = await build.generate({ format: 'iife', codeSplitting: false });
    await using site = await startReceiver();
    site.answer('/', { headers: { 'content-type': 'text/html' }, body: '<script src="/send.js"></script>' });
    site.answer('/send.js', { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: output[0].code });
    await using browser = await startBrowser();
    await sendAll(
      { sdks: [...backEnds, 'jitsu'], mayLose: ['jitsu'], isExact: false },
      async (sdk, url, key, isOver) => {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(`${site.url}/`);
        // Some SDKs never answer when they can't send. The page stays open, for what it repeats.
        await page.evaluate(`void send(${[sdk, url, key].map((text) => JSON.stringify(text)).join()})`);
        const givesUpAt = performance.now() + programMs;
        while (performance.now() < givesUpAt && !(await isOver())) await wait(1_000);
        await context.close();
      },
    );
  },
  async 'the snippets of the console'(folder) {
    await nodePackages(folder);
    await sendByTheConsole(folder);
  },
};

async function nodePackages(folder: string): Promise<void> {
  cpSync(join(programs, 'package.json'), join(folder, 'package.json'));
  const quietly = ['--silent', '--no-audit', '--no-fund', '--ignore-scripts'];
  // A registry that can't be reached is found out in seconds.
  const retries = ['--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=2000'];
  await fetchBy('npm', ['install', ...quietly, ...retries], { cwd: folder });
}

/** An SDK that waits longer is ended: it gives up later than this test does. */
const programMs = 300_000;
/** What an SDK that may lose events, or has an unknown key, gets to repeat them. */
const repeatsMs = 20_000;

/** Runs a program, whose standard input ends when it has repeated its events long enough. */
async function run(program: string, args: readonly string[], cwd: string, isOver: () => Promise<boolean>) {
  const running = promisify(execFile)(program, [...args], { cwd, timeout: programMs, maxBuffer: 2 ** 26 });
  let hasEnded = false;
  const ended = running.finally(() => {
    hasEnded = true;
  });
  const told = (async () => {
    try {
      while (!hasEnded && !(await isOver())) await wait(1_000);
    } finally {
      running.child.stdin?.end();
    }
  })();
  await Promise.all([ended, told]);
}

/** Every SDK of a language at the same time: through a restart, over the rate, and with an unknown key. */
async function sendAll(language: Language, send: Send): Promise<void> {
  await using app = await startTestApp();
  await using ways = new AsyncDisposableStack();
  const runs: Run[] = [];
  for (const sdk of language.sdks)
    for (const [what, how] of Object.entries(hows)) {
      const run = await start(app, sdk, what, how);
      ways.use(run.way);
      runs.push(run);
    }
  let restartMs = 0;
  const ended = await Promise.allSettled([
    ...runs.map(async ({ sdk, way, key, id }) => {
      const startedAt = performance.now();
      const mayMiss = key === noCollector || language.mayLose.includes(sdk);
      const areStored = async () => (await numbersOf(app, sdk, id)).length >= eventCount;
      await send(sdk, way.url, key, async () =>
        // During the restart there is no answer.
        mayMiss ? performance.now() - startedAt > repeatsMs : areStored().catch(() => false),
      );
    }),
    restart(app, language, runs).then((ms) => {
      restartMs = ms;
    }),
  ]);
  const { mayLose, patienceMs = {} } = language;
  const lost = language.sdks.filter((sdk) => mayLose.includes(sdk) || (patienceMs[sdk] ?? restartMs) < restartMs);
  const checked = await Promise.allSettled(runs.map((one) => check(app, { ...language, mayLose: lost }, one)));
  const failures = [...ended, ...checked].flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  assert.deepEqual(failures, []);
}

type Run = { sdk: string; what: string; id: string; key: string; way: UnreliableWay };
type How = { troubles?: readonly Trouble[]; rate?: { limit: number; perMs: number }; key?: string };

const noCollector = 'no-collector';
const hows: Readonly<Record<string, How>> = {
  'through a restart': { troubles: ['through', 'unavailable', 'through', 'lost'] },
  'over the rate': { rate: { limit: 6, perMs: 1_000 } },
  'with an unknown key': { key: noCollector },
};

async function start(app: TestApp, sdk: string, what: string, how: How): Promise<Run> {
  const { troubles = [], rate = null, key } = how;
  const collector = await app.client.call('createCollector', { body: { name: `${sdk} ${what}`, rate } });
  // A page does not start without the settings that it asks for.
  const way = await unreliableWay(
    () => app.url,
    troubles,
    ({ method }) => method === 'POST',
  );
  return { sdk, what, id: collector.id, key: key ?? collector.key, way };
}

/** The server restarts when each of the SDKs that keep their events has sent one. Returns how long it took, in milliseconds. */
async function restart(app: TestApp, { mayLose }: Language, runs: readonly Run[]): Promise<number> {
  const through = runs.filter(({ what, sdk }) => what === 'through a restart' && !mayLose.includes(sdk));
  const hasOfEach = async () => {
    const counts = await Promise.all(through.map(({ id }) => countOf(app, id)));
    return counts.every((count) => count > 0);
  };
  await eventually('an event of each SDK', hasOfEach, { forMs: programMs / 2 });
  const startedAt = performance.now();
  await app.restart();
  return performance.now() - startedAt;
}

const countOf = async (app: TestApp, collectorId: string) =>
  (await app.client.call('listEvents', { query: { collectorId, limit: 1 } })).data.length;

/** Of each program. */
const eventCount = 15;

async function ordersOf(app: TestApp, sdk: string, collectorId: string) {
  const name = sdk === 'snowplow' ? 'order_completed' : 'Order Completed';
  return (await app.client.call('listEvents', { query: { collectorId, name, limit: 100 } })).data;
}

const numbersOf = async (app: TestApp, sdk: string, collectorId: string) =>
  (await ordersOf(app, sdk, collectorId)).map((event) => Number(event.data?.['n'])).toSorted((a, b) => a - b);

/** Each event is stored once, with its name, visitor and values. No SDK repeats without end what is refused. */
async function check(app: TestApp, language: Language, { sdk, what, id, key, way }: Run): Promise<void> {
  const data = await ordersOf(app, sdk, id);
  const numbers = await numbersOf(app, sdk, id);
  if (key === noCollector) {
    assert.deepEqual(numbers, [], `${sdk} ${what}`);
    assert.ok(way.met.through <= 60, `${sdk} made ${way.met.through} requests ${what}`);
    return;
  }
  assert.equal(new Set(numbers).size, numbers.length, `${sdk} ${what}: ${numbers}`);
  // What it lost can be the event that says who the visitor is.
  if (language.mayLose.includes(sdk)) return;
  assert.deepEqual(numbers, [...Array(eventCount).keys()], `${sdk} ${what}: ${numbers}`);
  const rest = ['ann', 'Käse 茶', language.isExact ? '9007199254740993' : undefined];
  for (const event of data)
    assert.deepEqual([event.visitorId, event.data?.['text'], event.data?.['order_id']], rest, `${sdk} ${what}`);
}

// To build it keeps this process busy for longer than a server waits for a request.
if (isConsoleStale()) await buildConsole();
await runParts(parts, process.argv.slice(2), { isTogether: true });
