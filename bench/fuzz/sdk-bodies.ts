import inject from 'light-my-request';
import { startTestServer } from '../../src/api/testing/server.testing.ts';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { type CapturedRequest, capturedRuns, withKeyOf } from '../../src/intake/formats/captures/captures.testing.ts';
import { ownSamples } from './own-samples.ts';
import { mutations, pick, type Sent } from './sdk-mutations.ts';
import { type WebhookSample, webhookSamples } from './webhook-samples.ts';

/**
 * `stallMs`: the longest time that one request kept the main thread busy. `peakMiB`: the most that JavaScript had, with what was
 * not collected yet; `grownMiB`: what it kept at the end above what it kept after a tenth.
 */
type FormatFuzz = {
  statuses: Record<string, number>;
  events: number;
  stallMs: number;
  peakMiB: number;
  grownMiB: number;
  seconds: number;
  faults: string[];
};

type Run = { count: number; seed: number; say(line: string): void };

/** Figures by format. */
export type SdkFuzz = { formats: Record<string, Omit<FormatFuzz, 'faults'>>; faults: string[] };

const vendors = ['segment', 'rudderstack', 'jitsu', 'cloudevents', 'snowplow', 'posthog'];
const formats = [...vendors, ...Object.keys(ownSamples), 'webhooks'];

/** The refusals of SDKs; the data collection API has more of them. */
const statuses = [200, 400, 401, 403, 404, 405, 413];
const statusesOfApi = [...statuses, 409, 415, 422];

/** The most that a request may keep the main thread busy. */
const stallMsMax = 100;
const peakMiBMax = 512;
const grownMiBMax = 64;

/**
 * Sends `count` captured requests of each SDK, requests of our own formats, and webhooks, with changed bodies and headers. A fault: a response of 5xx, a status
 * that no SDK expects, an error in the log, an event of a refused request that is stored, a body
 * that is taken with the signature of another one, a main thread that is busy for too long, or too much memory. Says a line
 * for each format, and for each tenth of it.
 */
export async function fuzzSdkBodies(run: Run): Promise<SdkFuzz> {
  const { seed, say } = run;
  const found: SdkFuzz = { formats: {}, faults: [] };
  for (const [index, format] of formats.entries()) {
    const { faults, ...figures } = await fuzzFormat(format, { ...run, seed: seed + index });
    found.formats[format] = figures;
    found.faults.push(...faults);
    say(`${format}: ${JSON.stringify(figures)}, ${faults.length} faults`);
  }
  return found;
}

/** On a server of its own. */
async function fuzzFormat(vendor: string, { count, seed, say }: Run): Promise<FormatFuzz> {
  const random = seededRandom(seed);
  await using server = await startTestServer();
  const [own, other] = [
    await server.make('/collectors', { name: 'Own' }),
    await server.make('/collectors', { name: 'Other' }),
  ];
  const samples = vendors.includes(vendor) ? samplesOf(vendor) : (ownSamples[vendor] ?? []);
  const webhooks = await webhookSamples(server);
  const withKey = withKeyOf(String(own['key']));
  const found: FormatFuzz = { statuses: {}, events: 0, stallMs: 0, peakMiB: 0, grownMiB: 0, seconds: 0, faults: [] };
  const startedAt = performance.now();
  const passed = () => Math.round((performance.now() - startedAt) / 1_000);
  const tenth = Math.ceil(count / 10);
  let keptMiB = 0;
  using stalls = createStallMeter();
  const newest = async () => (await server.journal.log.events({ limit: 1 }))[0]?.id ?? '';
  let last = await newest();
  for (let i = 0; i < count; i++) {
    if (i > 0 && i % tenth === 0) say(`${vendor}: ${i} requests, ${passed()} s`);
    if (i === tenth) keptMiB = await collectedMiB();
    server.clock.now += 1_000;
    const webhook = vendor === 'webhooks' ? pick(webhooks, random) : null;
    const first =
      webhook === null ? captured(pick(samples, random), (text) => withIds(withKey(text), i)) : whole(webhook);
    const signed = webhook?.sign(first.content, server.clock.now);
    let sent: Sent = { ...first, headers: { ...first.headers, ...signed } };
    for (let changes = Math.floor(random() * 3); changes >= 0; changes--)
      sent = pick(mutations, random)(sent, random, String(other['key']));
    // Most bodies have a signature of their own, so that they are read.
    const isOfOther = webhook?.isSigned === true && random() < 0.3 && !sent.content.equals(first.content);
    if (webhook !== null && !isOfOther && random() < 0.9)
      sent = { ...sent, headers: { ...sent.headers, ...webhook.sign(sent.content, server.clock.now) } };
    stalls.begin();
    const answer = await inject(server.handle, {
      method: 'POST',
      url: sent.url,
      headers: sent.headers,
      payload: sent.content,
    });
    const stallMs = await stalls.end();
    found.stallMs = Math.max(found.stallMs, stallMs);
    found.peakMiB = Math.max(found.peakMiB, heapMiB());
    const { statusCode } = answer;
    found.statuses[statusCode] = (found.statuses[statusCode] ?? 0) + 1;
    const now = await newest();
    const isStored = now !== last;
    last = now;
    if (isStored) found.events += 1;
    const what = `request ${i} of ${vendor}: ${statusCode} ${answer.body.slice(0, 200)}`;
    if (stallMs > stallMsMax) found.faults.push(`${what}: the main thread was busy for ${stallMs} ms`);
    const expected = vendor === 'infinity' ? statusesOfApi : statuses;
    if (!expected.includes(statusCode)) found.faults.push(what);
    else if (isStored && statusCode !== 200) found.faults.push(`${what}: an event is stored`);
    else if (isOfOther && statusCode === 200) found.faults.push(`${what}: the signature is of another body`);
  }
  for (const failure of server.failures) found.faults.push(`${vendor}: ${failure}`);
  found.grownMiB = (await collectedMiB()) - keptMiB;
  if (found.peakMiB > peakMiBMax || found.grownMiB > grownMiBMax)
    found.faults.push(`${vendor}: ${found.peakMiB} MiB at most, ${found.grownMiB} MiB more at the end`);
  found.seconds = passed();
  return found;
}

function captured({ path, headers, body, base64 }: CapturedRequest, withKey: (text: string) => string): Sent {
  const content = base64 === undefined ? Buffer.from(withKey(body ?? '')) : Buffer.from(base64, 'base64');
  const cleaned = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withKey(value)]));
  return { url: withKey(path), headers: { ...cleaned, 'content-encoding': '' }, content };
}

/** With ids of its own, so that the events of a request are not those of an earlier one. */
function withIds(text: string, i: number): string {
  const digits = i.toString(16).padStart(8, '0');
  return text.replaceAll(/(?<="messageId":")|[0-9a-f]{8}(?=-[0-9a-f]{4}-)/gi, digits);
}

const whole = ({ path, headers, body }: WebhookSample): Sent => ({
  url: path,
  headers: { ...headers, 'content-encoding': '' },
  content: Buffer.from(body),
});

/** Measures the longest turn of the event loop in processor time of the main thread, in whole milliseconds: others may run beside it. */
function createStallMeter(): Disposable & { begin(): void; end(): Promise<number> } {
  let lastMs = mainThreadMs();
  let longestMs = 0;
  const look = () => {
    const now = mainThreadMs();
    longestMs = Math.max(longestMs, now - lastMs);
    lastMs = now;
  };
  let next: NodeJS.Immediate;
  const turn = () => {
    look();
    next = setImmediate(turn);
  };
  turn();
  return {
    begin() {
      lastMs = mainThreadMs();
      longestMs = 0;
    },
    async end() {
      await new Promise((resolve) => setImmediate(resolve));
      look();
      return Math.round(longestMs);
    },
    [Symbol.dispose]: () => clearImmediate(next),
  };
}

/** Without what the storage keeps, which is in memory here. */
function heapMiB(): number {
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 2 ** 20);
}

/** The memory of buffers is given back in the turn after the collection. */
async function collectedMiB(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return heapMiB();
}

function mainThreadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** One request of each kind that a vendor's SDKs send. */
function samplesOf(vendor: string): CapturedRequest[] {
  const kinds = new Map<string, CapturedRequest>();
  for (const { run, requests } of capturedRuns(vendor))
    for (const one of requests)
      if (typeof one !== 'number' && one.method === 'POST')
        kinds.set(
          `${run.replace(/-(?!go|python|node|browser).*/, '')} ${one.path} ${one.headers['content-type']}`,
          one,
        );
  return [...kinds.values()];
}
