import { answerCalls } from '../child.ts';
import { openWire, type Wire } from '../wire.ts';

type Outage = { port: number; key: string; round: number; events: number; eventBytes: number };

/** A tracker of Snowplow with the events of an outage: `send` sends them in one request and returns its status. */
export type OutageCalls = { prepare(outage: Outage): Promise<void>; send(nothing: null): Promise<number> };

let wire: Wire | null = null;
let request: Buffer = Buffer.alloc(0);

answerCalls<OutageCalls>({
  async prepare(outage) {
    wire ??= await openWire(outage.port);
    request = requestOf(outage);
  },
  send: () => wire?.exchange(request) ?? Promise.resolve(0),
});

function requestOf({ key, round, events, eventBytes }: Outage): Buffer {
  const base = { e: 'se', p: 'srv', uid: 'visitor-7', se_ca: 'shop', se_ac: 'order', dtm: '1767323045678', note: '' };
  const event = (n: number) => {
    const json = JSON.stringify({ ...base, eid: `large-${round}-${String(n).padStart(6, '0')}` });
    return json.replace('"note":""', `"note":"${'x'.repeat(eventBytes - json.length)}"`);
  };
  const schema = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
  const body = `{"schema":"${schema}","data":[${Array.from({ length: events }, (_, n) => event(n)).join(',')}]}`;
  const head = `POST /${key}/com.snowplowanalytics.snowplow/tp2 HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.from(head + body);
}
