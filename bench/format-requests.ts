import { writeDigits } from './marks.ts';

/** Length of an event as compact JSON, in every format. */
const eventBytes = 1_024;
const idDigits = 12;
const blankId = '0'.repeat(idDigits);

/** What the event says in every format; all values but two are texts. */
const order = {
  order_id: 'A-1001',
  currency: 'EUR',
  total: 149.9,
  quantity: 3,
  sku: 'KET-1',
  name: 'Kettle of steel',
  category: 'Kitchen',
  coupon: 'SPRING',
};
const page = {
  url: 'https://shop.example/kitchen/kettle-of-steel?utm_source=news',
  path: '/kitchen/kettle-of-steel',
  title: 'Kettle of steel in the shop',
  referrer: 'https://search.example/?q=kettle',
};
const visitor = '0f9a7b3c-8d21-4b6e-9f00-5a2c7d1e4b90';
const idName = 'id-';
const id = idName + blankId;

/** How a format has events and the request around them, sent at a time; null in `batch`: it has one event a request. */
type Form = {
  path(key: string): string;
  headers?(key: string): string;
  event(note: string, time: string): object;
  batch: ((events: string, key: string, time: string) => string) | null;
};

const tracked = (note: string, time: string) => ({
  type: 'track',
  event: 'Order Completed',
  messageId: id,
  anonymousId: visitor,
  timestamp: time,
  properties: { ...order, note },
  context: { page, locale: 'en-GB', library: { name: 'bench', version: '1.0.0' } },
});

const batchOf = (events: string, key: string, time: string) =>
  `{"batch":[${events}],"sentAt":"${time}","writeKey":"${key}"}`;
const single = (events: string) => events;
const base64Of = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export const forms = {
  infinity: {
    path: (key) => `/v3/${key}`,
    event: (note, time) => ({
      'wt.ev': 'Order Completed',
      messageId: id,
      'wt.dcsvid': visitor,
      'wt.ets': time,
      ...order,
      ...page,
      note,
    }),
    batch: (events) => `{"events":[${events}]}`,
  },
  segment: { path: () => '/v1/batch', event: tracked, batch: batchOf },
  rudderstack: {
    path: () => '/v1/batch',
    headers: (key) => `authorization: Basic ${Buffer.from(`${key}:`).toString('base64')}\r\n`,
    event: (note, time) => ({ ...tracked(note, time), channel: 'web' }),
    batch: (events, _key, time) => `{"batch":[${events}],"sentAt":"${time}"}`,
  },
  tag: {
    path: (key) => `/tag/${key}`,
    event: tracked,
    batch: (events, _key, time) => `{"sentAt":"${time}","batch":[${events}]}`,
  },
  jitsu: { path: () => '/api/s/track', headers: (key) => `x-write-key: ${key}:any\r\n`, event: tracked, batch: null },
  snowplow: {
    path: (key) => `/${key}/com.snowplowanalytics.snowplow/tp2`,
    event: (note, time) => ({
      ...{
        e: 'ue',
        eid: id,
        p: 'web',
        duid: visitor,
        dtm: String(Date.parse(time)),
        stm: String(Date.parse(time) + 22),
        aid: 'shop',
        lang: 'en-GB',
      },
      ...{ url: page.url, page: page.title, refr: page.referrer },
      // In Base64, as trackers send it unless they are told otherwise.
      ue_px: base64Of({
        schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
        data: { schema: 'iglu:com.example/order_completed/jsonschema/1-0-0', data: { ...order, note } },
      }),
    }),
    batch: (events) =>
      `{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[${events}]}`,
  },
  posthog: {
    path: () => '/batch/',
    event: (note, time) => ({
      ...{ event: 'Order Completed', uuid: id, distinct_id: visitor, timestamp: time },
      properties: {
        ...order,
        $current_url: page.url,
        $pathname: page.path,
        $referrer: page.referrer,
        $lib: 'bench',
        note,
      },
    }),
    batch: (events, key, time) => `{"api_key":"${key}","batch":[${events}],"sent_at":"${time}"}`,
  },
  cloudevents: {
    path: (key) => `/cloudevents/${key}`,
    headers: () => 'content-type: application/cloudevents-batch+json\r\n',
    event: (note, time) => ({
      ...{ specversion: '1.0', id, source: '/shop', type: 'Order Completed', subject: visitor, time, page: page.url },
      data: { ...order, note },
    }),
    batch: (events) => `[${events}]`,
  },
} satisfies Record<string, Form>;

export type FormatName = keyof typeof forms;

/** A request with `count` events of `eventBytes` each, and a function that gives them new ids. */
export function formatRequest(format: FormatName, key: string, count: number) {
  const form: Form = forms[format];
  // The clocks of most senders are right.
  const time = new Date().toISOString();
  const jsonWith = (characters: number) => JSON.stringify(form.event('x'.repeat(characters), time));
  const missing = eventBytes - jsonWith(0).length;
  // Base64 makes four characters of three.
  const bytesOfCharacter = (jsonWith(eventBytes).length - jsonWith(0).length) / eventBytes;
  const json = jsonWith(Math.max(0, Math.floor(missing / bytesOfCharacter)));
  const wrap = count === 1 && form.batch === null ? single : (form.batch ?? single);
  const body = wrap(Array(count).fill(json).join(','), key, time);
  const head = `POST ${form.path(key)} HTTP/1.1\r\nhost: 127.0.0.1\r\n${form.headers?.(key) ?? ''}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const places: number[] = [];
  for (let at = bytes.indexOf(id); at !== -1; at = bytes.indexOf(id, at + 1)) places.push(at + idName.length);
  return {
    bytes,
    /** Gives the events the ids from `first` on. */
    stamp(first: number): void {
      for (const [i, at] of places.entries()) writeDigits(bytes, at, idDigits, first + i);
    },
  };
}
