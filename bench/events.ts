import { seededRandom } from '../src/cli/demo/random.ts';
import { type MarkName, marks, needleOf } from './marks.ts';

/** The value of `wt.ev` in every event of the bench. */
export const eventName = '$ViewProduct';

/** Length of an event as compact JSON. */
export const eventBytes = 1_024;

/**
 * An event of 1 KB as an analytics tag sends it, with room for the marks at the front. All values are text.
 * `isNoise`: its free text is random letters instead of words, which compress badly.
 */
export function sampleEvent(random: () => number, isNoise = false): Record<string, string> {
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';
  const noise = () => random().toString(36).slice(2);
  const words = (count: number) => Array.from({ length: count }, () => pick(vocabulary)).join(' ');
  const sku = `SKU-${Math.floor(random() * 5_000)}`;
  const event: Record<string, string> = {
    ...blankMarks,
    'wt.ev': eventName,
    'wt.dcsvid': hex(32),
    'wt.vtvs': hex(16),
    'wt.ti': words(4),
    'wt.es': `shop.example/${pick(vocabulary)}/${pick(vocabulary)}/${sku.toLowerCase()}`,
    'wt.referrer': `https://${pick(vocabulary)}.example/search?q=${pick(vocabulary)}+${pick(vocabulary)}`,
    'wt.ua': pick(agents),
    'wt.pn_sku': sku,
    'wt.product_name': words(3),
    'wt.cg_n': pick(vocabulary),
    'wt.tx_u': String(1 + Math.floor(random() * 4)),
    'wt.tx_s': (random() * 500).toFixed(2),
    'wt.currency': 'EUR',
    'wt.bs': '1512x861',
    'wt.sr': '1512x982',
    'wt.ul': pick(['en-GB', 'de-DE', 'fr-FR', 'pl-PL']),
    'wt.tz': '1',
    'wt.note': '',
  };
  let length = JSON.stringify(event).length;
  while (length < eventBytes) {
    const more = `${isNoise ? noise() : pick(vocabulary)} `.slice(0, eventBytes - length);
    event['wt.note'] += more;
    length += more.length;
  }
  return event;
}

/** A request ready to be written, and the positions of the marks of each event. */
export type Prepared = { bytes: Buffer; places: Record<MarkName, number>[] };

/** A POST of these events to the data collection API. */
export function prepareIntake(path: string, events: readonly Record<string, string>[]): Prepared {
  const body = `{"events":[${events.map((event) => JSON.stringify(event)).join(',')}]}`;
  return prepare(path, body);
}

function prepare(path: string, body: string): Prepared {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  return { bytes, places: placesIn(bytes) };
}

/** The positions of the marks in compact JSON, event by event. */
export function placesIn(bytes: Buffer): Prepared['places'] {
  const places: Prepared['places'] = [];
  for (let from = 0; ; ) {
    const number = after(bytes, 'number', from);
    if (number === -1) return places;
    const place = { number, time: after(bytes, 'time', number), destination: after(bytes, 'destination', number) };
    places.push(place);
    from = place.destination;
  }
}

function after(bytes: Buffer, name: MarkName, from: number): number {
  const needle = needleOf(name);
  const at = bytes.indexOf(needle, from);
  return at === -1 ? -1 : at + needle.length;
}

const blankMarks = Object.fromEntries(Object.values(marks).map(({ key, digits }) => [key, '0'.repeat(digits)]));

/** Words of two to four syllables, as many as in a mid-sized shop. */
const vocabulary = makeWords(2_000);

function makeWords(count: number): string[] {
  const random = seededRandom(7);
  const syllables =
    'ba co den el fa gri ho in jo ka lan mo ner ol pa quin ro sta tu ul ver wo ya zen tri blu sho mer cla pen'.split(
      ' ',
    );
  const syllable = () => syllables[Math.floor(random() * syllables.length)] ?? '';
  return Array.from({ length: count }, () => Array.from({ length: 2 + Math.floor(random() * 3) }, syllable).join(''));
}

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0',
];
