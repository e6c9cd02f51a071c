import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/async/clock.ts';
import type { IncomingEvent } from '../../src/contract/records/event.ts';
import { enrich } from '../../src/intake/enrichment/enrich.ts';
import { geoDatabaseFile } from '../../src/intake/enrichment/geo/geo-database.testing.ts';
import { openGeoDatabase } from '../../src/intake/enrichment/geo/geo-database.ts';
import { openGeoFile } from '../../src/intake/enrichment/geo/geo-file.ts';

// Prints the processor time of enrichment for an event, with user agents and networks that are known and with ones never seen.

const agent = (n: number) =>
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.${n}.0 Safari/537.36`;

const networkOf = (n: number) => `81.${n >> 8}.${n & 255}.0`;

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

const languages = ['de', 'es', 'fr', 'ja', 'pt-BR', 'ru', 'zh-CN', 'en'];
/** An entry with names in eight languages, as those of GeoLite2 City have. */
function placeIn(n: number): object {
  const names = (name: string) =>
    Object.fromEntries(languages.map((language) => [language, `${name} ${n} ${language}`]));
  return {
    city: { geoname_id: n, names: names('City') },
    continent: { code: 'EU', geoname_id: 1, names: names('Continent') },
    country: { geoname_id: 2, iso_code: 'GB', names: names('Country') },
    location: { accuracy_radius: 10, time_zone: 'Europe/London' },
    postal: { code: String(n) },
    registered_country: { geoname_id: 2, iso_code: 'GB', names: names('Country') },
    subdivisions: [{ geoname_id: 3, iso_code: 'ENG', names: names('Region') }],
  };
}

const count = 20_000;
const networks = 2_000;
const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
const path = join(folder, 'city.mmdb');
const entries = Array.from({ length: networks }, (_, n) => ({ network: `${networkOf(n)}/24`, place: placeIn(n) }));
const file = geoDatabaseFile(entries);
writeFileSync(path, file);
const telemetry = { noticed: (text: string) => console.error(text) };
{
  await using known = await openGeoFile(path, { clock: systemClock, telemetry });
  for (const [what, agents, places, placeOf] of [
    ['known user agents and networks', 50, 50, known.placeOf],
    ['new user agents', count, 50, known.placeOf],
    ['new networks', 50, networks, openGeoDatabase(file).placeOf],
  ] as const) {
    const events = Array.from({ length: count }, (_, n) => eventOf(n));
    const headersOf = (n: number) => ({
      origin: 'https://shop.example',
      'user-agent': agent(n % agents),
      'sec-ch-ua-platform': '"Windows"',
    });
    const requests = events.map((_, n) => ({
      method: 'POST',
      headers: headersOf(n),
      address: () => networkOf(n % places),
    }));
    for (let round = 0; round < 3; round++) {
      const before = process.cpuUsage();
      for (const [n, request] of requests.entries()) {
        const { [n]: event } = events;
        if (event !== undefined)
          enrich(
            [{ ...event, ext: { page: event.ext['page'] ?? {} } }],
            request,
            { device: true, campaign: true, location: true },
            placeOf,
          );
      }
      const { user, system } = process.cpuUsage(before);
      const microseconds = (user + system) / count;
      if (round === 2) console.log(`${what}: ${microseconds.toFixed(2)} µs an event (goal: 5)`);
    }
  }
}
rmSync(folder, { recursive: true });
