import type { IncomingEvent } from '../../src/contract/records/event.ts';
import { enrich } from '../../src/intake/enrichment/enrich.ts';

// Prints the processor time of enrichment for an event, with user agents that are known and with ones never seen.

const agent = (n: number) =>
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.${n}.0 Safari/537.36`;

function eventOf(n: number): IncomingEvent {
  const url = `https://shop.example/p/${n}?utm_source=news&utm_medium=email&utm_campaign=may&gclid=${n}`;
  return {
    name: 'page',
    visitorId: `v${n}`,
    anonymousId: null,
    sessionId: null,
    occurredAt: '2026-01-01T00:00:00Z',
    data: {},
    ext: { page: { url, referrer: 'https://www.google.com/' } },
    session: {},
    source: { collectorId: 'col_1', format: 'segment' },
    identity: null,
  };
}

const count = 20_000;
for (const [what, agents] of [
  ['known user agents', 50],
  ['new user agents', count],
] as const) {
  const events = Array.from({ length: count }, (_, n) => eventOf(n));
  const requests = events.map((_, n) => ({
    method: 'POST',
    headers: { origin: 'https://shop.example', 'user-agent': agent(n % agents), 'sec-ch-ua-platform': '"Windows"' },
  }));
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    for (const [n, request] of requests.entries()) {
      const { [n]: event } = events;
      if (event !== undefined)
        enrich([{ ...event, ext: { page: event.ext['page'] ?? {} } }], request, { device: true, campaign: true });
    }
    const { user, system } = process.cpuUsage(before);
    const microseconds = (user + system) / count;
    if (round === 2) console.log(`${what}: ${microseconds.toFixed(2)} µs an event (goal: 5)`);
  }
}
