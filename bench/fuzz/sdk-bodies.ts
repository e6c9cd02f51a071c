import { deflateSync, gzipSync } from 'node:zlib';
import inject from 'light-my-request';
import { startTestServer } from '../../src/api/testing/server.testing.ts';
import { seededRandom } from '../../src/cli/demo/random.ts';
import { type CapturedRequest, capturedRuns, withKeyOf } from '../../src/intake/formats/captures/captures.testing.ts';
import { ownSamples } from './own-samples.ts';
import { type WebhookSample, webhookSamples } from './webhook-samples.ts';

type Random = () => number;

/** `stallMs`: the longest time that one request kept the main thread busy, by format. */
export type SdkFuzz = {
  statuses: Record<string, number>;
  events: number;
  stallMs: Record<string, number>;
  faults: string[];
};

const vendors = ['segment', 'rudderstack', 'jitsu', 'cloudevents', 'snowplow', 'posthog'];
const formats = [...vendors, ...Object.keys(ownSamples), 'webhooks'];

/** The refusals of SDKs; the data collection API has more of them. */
const statuses = [200, 400, 401, 403, 404, 405, 413];
const statusesOfApi = [...statuses, 409, 415, 422];

/** The most that a request may keep the main thread busy. */
const stallMsMax = 100;

type Sent = { url: string; headers: Record<string, string>; content: Buffer };

/**
 * Sends `count` captured requests of each SDK, requests of our own formats, and webhooks, with changed bodies and headers. A fault: a response of 5xx, a status
 * that no SDK expects, an error in the log, an event of a refused request that is stored, a body
 * that is taken with the signature of another one, or a main thread that is busy for too long.
 */
export async function fuzzSdkBodies({ count, seed }: { count: number; seed: number }): Promise<SdkFuzz> {
  const random = seededRandom(seed);
  await using server = await startTestServer();
  const [own, other] = [
    await server.make('/collectors', { name: 'Own' }),
    await server.make('/collectors', { name: 'Other' }),
  ];
  const samples = new Map<string, readonly CapturedRequest[]>([
    ...vendors.map((vendor) => [vendor, samplesOf(vendor)] as const),
    ...Object.entries(ownSamples),
  ]);
  const webhooks = await webhookSamples(server);
  const withKey = withKeyOf(String(own['key']));
  const found: SdkFuzz = { statuses: {}, events: 0, stallMs: {}, faults: [] };
  using stalls = createStallMeter();
  const newest = async () => (await server.journal.log.events({ limit: 1 }))[0]?.id ?? '';
  let last = await newest();
  for (let i = 0; i < count * formats.length; i++) {
    const vendor = formats[i % formats.length] ?? '';
    server.clock.now += 1_000;
    const webhook = vendor === 'webhooks' ? pick(webhooks, random) : null;
    const first = webhook === null ? captured(pick(samples.get(vendor) ?? [], random), withKey) : whole(webhook);
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
    found.stallMs[vendor] = Math.max(found.stallMs[vendor] ?? 0, stallMs);
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
  for (const failure of server.failures) found.faults.push(String(failure));
  return found;
}

function captured({ path, headers, body, base64 }: CapturedRequest, withKey: (text: string) => string): Sent {
  const content = base64 === undefined ? Buffer.from(withKey(body ?? '')) : Buffer.from(base64, 'base64');
  const cleaned = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withKey(value)]));
  return { url: withKey(path), headers: { ...cleaned, 'content-encoding': '' }, content };
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

type Mutation = (sent: Sent, random: Random, otherKey: string) => Sent;

const texts = [
  ...[
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    'NaN',
    '-Infinity',
    '1e999',
    '-',
    '\u0000',
    '\\ud800',
    '\ufeff',
    'é',
    'null',
    '{}',
  ],
  ...['[]', '"__proto__":1,', '"batch":[', '"type":"track",', '"context":7,', '"userId":{},', '"timestamp":"never",'],
  ...[
    '{"a":'.repeat(5_000),
    '['.repeat(100_000),
    '[],'.repeat(50_000),
    `"${'QUJD'.repeat(100_000)}"`,
    '1'.repeat(100_000),
  ],
  ...[`"${'\\u0000'.repeat(20_000)}"`, '"k":1,'.repeat(30_000), `${' '.repeat(400_000)}`],
];

const spliced = (content: Buffer, start: number, end: number, text: Buffer) =>
  Buffer.concat([content.subarray(0, start), text, content.subarray(end)]);

const mutations: Mutation[] = [
  (sent, random) => {
    const content = Buffer.from(sent.content);
    for (let i = 0; i < 1 + random() * 5 && content.length > 0; i++)
      content[Math.floor(random() * content.length)] = Math.floor(random() * 256);
    return { ...sent, content };
  },
  (sent, random) => ({ ...sent, content: sent.content.subarray(0, Math.floor(random() * sent.content.length)) }),
  (sent, random) => {
    const at = Math.floor(random() * sent.content.length);
    return { ...sent, content: spliced(sent.content, at, at, Buffer.from(pick(texts, random))) };
  },
  (sent, random) => {
    // At a place where a value stands, most of the time.
    const colons = [...sent.content.entries()].flatMap(([at, byte]) => (byte === 0x3a || byte === 0x2c ? at + 1 : []));
    const at = pick(colons.length === 0 ? [0] : colons, random);
    return { ...sent, content: spliced(sent.content, at, at, Buffer.from(pick(texts, random))) };
  },
  (sent, random) => {
    const from = Math.floor(random() * sent.content.length);
    const to = from + Math.floor(random() * (sent.content.length - from));
    const times = Math.min(Math.ceil(300_000 / (to - from + 1)), 1 + Math.floor(1_000 ** random()));
    const repeated = Buffer.concat(Array.from({ length: times }, () => sent.content.subarray(from, to)));
    return { ...sent, content: spliced(sent.content, to, to, repeated) };
  },
  (sent) => ({ ...sent, content: gzipSync(sent.content) }),
  (sent, random) => ({
    ...sent,
    content: pick([gzipSync, deflateSync, (bytes: Buffer) => bytes], random)(sent.content),
    headers: { ...sent.headers, 'content-encoding': pick(['gzip', 'deflate', 'br', 'identity', 'nonsense'], random) },
  }),
  (sent, random) => ({
    ...sent,
    content: gzipSync(Buffer.alloc(10_000_000 * random(), pick([0x20, 0x5b, 0x22, 0x7b], random)), { level: 1 }),
  }),
  (sent, random, otherKey) => ({
    ...sent,
    content: Buffer.from(
      sent.content.toString().replace('{', `{"writeKey":"${otherKey}","api_key":"${otherKey}","aid":"${otherKey}",`),
    ),
    headers: { ...sent.headers, ...(random() < 0.5 ? { authorization: '' } : {}) },
  }),
  (sent, random) => {
    const names = Object.keys(sent.headers);
    const name = pick(names, random);
    return {
      ...sent,
      headers: { ...sent.headers, [name]: pick(['', 'x', 'é', '9'.repeat(2_000), '%', 'Basic Og=='], random) },
    };
  },
  (sent, random) => ({ ...sent, url: sent.url + pick(['/', '?', '?writeKey=%', '?a=b', '//', '/..'], random) }),
];

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T; // not empty
