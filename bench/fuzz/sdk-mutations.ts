import { deflateSync, gzipSync } from 'node:zlib';

type Random = () => number;

export type Sent = { url: string; headers: Record<string, string>; content: Buffer };

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

/** Each changes a request of a sender in a way of its own. */
export const mutations: readonly Mutation[] = [
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

export const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T; // not empty
