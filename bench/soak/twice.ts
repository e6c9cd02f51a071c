import { Agent, request } from 'undici';
import { type Sent, visitors } from './load.ts';

const atOnce = 16;
/** The numbers of other events are smaller. */
const first = 1e9;

/** Sends each of `count` events to all these addresses at once, under one id of the sender. They have to respond with one id. */
export async function sendTwice(urls: readonly string[], count: number): Promise<{ sent: Sent[]; faults: string[] }> {
  const agent = new Agent({ connections: atOnce });
  const sent: Sent[] = [];
  const faults: string[] = [];
  let next = 0;

  async function send(url: string, n: number): Promise<string> {
    const event = { 'wt.ev': 'tick', 'wt.dcsvid': `v${n % visitors}`, eventId: `twice ${n}`, n };
    for (;;) {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        dispatcher: agent,
        body: JSON.stringify({ events: [event] }),
      });
      const text = await body.text();
      if (statusCode === 200) return JSON.parse(text).ids[0];
      if (statusCode !== 503) return `${statusCode} ${text}`;
    }
  }

  const senders = Array.from({ length: atOnce }, async () => {
    for (let index = next++; index < count; index = next++) {
      const n = first + index;
      const ids = new Set(await Promise.all(urls.map((url) => send(url, n))));
      if (ids.size > 1) faults.push(`event ${n} was stored as ${[...ids].join(' and ')}`);
      sent.push({ numbers: [n], ids: [...ids].slice(0, 1) });
    }
  });
  await Promise.all(senders);
  await agent.close();
  return { sent, faults };
}
