import type { CapturedRequest } from '../../src/intake/formats/captures/captures.testing.ts';

const event = {
  'wt.ev': '$Purchase',
  'wt.dcsvid': 'visitor-7',
  'wt.tx_s': '49.90',
  eventId: '0f9a7b3c-8d21-4b6e-9f00-5a2c7d1e4b01',
};
const page = {
  type: 'page',
  messageId: '0f9a7b3c-8d21-4b6e-9f00-5a2c7d1e4b03',
  anonymousId: 'a-1',
  timestamp: '2026-01-02T03:04:05.000Z',
  properties: { n: 1 },
  context: { page: { url: 'https://shop.example/?utm_source=news', referrer: '' }, locale: 'de' },
};

/** Requests of our own formats, as captures of SDKs are. */
export const ownSamples: Readonly<Record<string, readonly CapturedRequest[]>> = {
  infinity: [
    sample('/v3/COLLECTORKEY', 'application/json', {
      events: [event, { ...event, eventId: '0f9a7b3c-8d21-4b6e-9f00-5a2c7d1e4b02', list: [1.5, { a: null }] }],
    }),
    sample('/v3/COLLECTORKEY', 'text/plain', { static: { 'wt.co_f': 'f', deep: { a: [1] } }, events: [event] }),
  ],
  tag: [
    sample('/tag/COLLECTORKEY', 'text/plain', {
      batch: [page, { ...page, type: 'track', event: 'Order', messageId: '0f9a7b3c-8d21-4b6e-9f00-5a2c7d1e4b04' }],
    }),
    sample('/tag/COLLECTORKEY', 'text/plain', {
      batch: [{ ...page, type: 'identify', userId: 'u', traits: { a: 'é' } }],
    }),
  ],
};

function sample(path: string, type: string, body: object): CapturedRequest {
  return { method: 'POST', path, headers: { 'content-type': type }, body: JSON.stringify(body) };
}
