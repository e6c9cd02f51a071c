import { Agent, request } from 'undici';
import type { Draw } from './draw.ts';
import type { History, Sent } from './history.ts';
import { type Loop, type Pace, startLoop } from './loop.ts';
import type { Mix } from './mix.ts';
import type { Program } from './program.ts';

export type Senders = Loop & {
  /** Visitors that events may still name. */
  readonly visitors: readonly string[];
  /** Sends this many events for an action, apart from the others. */
  burst(action: string, count: number): Promise<void>;
  /** Nothing more is sent of a visitor, also no repetition. */
  leave(visitor: string): Promise<void>;
};

const visitorsAtOnce = 12;
const groups = 5;

/**
 * Sends events at random. Each request has identities, by `messageId` or an Idempotency-Key, and is repeated until it is
 * acknowledged, and sometimes afterwards; some are given up.
 */
export function startSenders({
  draw,
  mix,
  program,
  key,
  history,
  seed,
  everyMs,
}: {
  draw: Draw;
  mix: Mix;
  program: Program;
  key: string;
  history: History;
  seed: number;
  everyMs: Pace;
}): Senders {
  const agent = new Agent({ connections: 4 });
  let visitorCount = 0;
  const newVisitor = () => `person-${seed}-${visitorCount++}-${draw.between(100_000, 999_999)}`;
  const visitors = Array.from({ length: visitorsAtOnce }, newVisitor);
  let late: { sent: Sent; body: string; headers: Record<string, string> }[] = [];
  let next = 0;

  /** `only`: events for this action alone. */
  function makeRequest(only: { action: string; count: number } | null = null) {
    // The list shrinks when a visitor is erased.
    while (visitors.length < visitorsAtOnce) visitors.push(newVisitor());
    const byMessage = draw.chance(0.5);
    const count = only?.count ?? (draw.chance(0.5) ? draw.between(1, 3) : draw.between(1, 12));
    const events = Array.from({ length: count }, () => {
      const n = next++;
      const visitor = draw.pick(visitors);
      const all = mix.actions.map(({ name }) => name);
      const actions = all.filter((name) => (only === null ? draw.chance(0.6) : name === only.action));
      const flags = Object.fromEntries(actions.map((name) => [name, 'yes']));
      const pad = draw.chance(0.1) ? 'ü'.repeat(draw.between(100, 1_500)) : 'x';
      const group = `g${draw.between(1, groups)}`;
      const data = { 'wt.ev': 'tick', 'wt.dcsvid': visitor, visitor, n, group, pad, ...flags };
      return { actions, group, data: { ...data, ...(byMessage && { messageId: `message-${seed}-${n}` }) }, n, visitor };
    });
    const sent: Sent = {
      at: history.now(),
      until: history.now(),
      visitors: events.map(({ visitor }) => visitor),
      groups: events.map(({ group }) => group),
      numbers: events.map(({ n }) => n),
      actions: events.map(({ actions }) => actions),
      ids: null,
      repeats: 0,
    };
    history.sent.push(sent);
    const headers: Record<string, string> = byMessage
      ? {}
      : { 'idempotency-key': `request-${seed}-${sent.numbers[0]}` };
    return { sent, body: JSON.stringify({ events: events.map(({ data }) => data) }), headers };
  }

  async function post({ sent, body, headers }: (typeof late)[number]): Promise<boolean> {
    try {
      const url = await program.url();
      const answer = await request(`${url}/v3/${key}`, { method: 'POST', dispatcher: agent, body, headers });
      const text = await answer.body.text();
      if (answer.statusCode === 200) {
        const { ids } = JSON.parse(text);
        if (sent.ids !== null && JSON.stringify(ids) !== JSON.stringify(sent.ids))
          history.odd.push(
            `A repeated request with the events ${sent.numbers} got the ids ${ids}, at first ${sent.ids}.`,
          );
        if (sent.ids === null) sent.until = history.now();
        sent.ids ??= ids;
        return true;
      }
      if (answer.statusCode !== 503) history.odd.push(`Intake answered ${answer.statusCode} ${text.slice(0, 300)}`);
    } catch {
      // Interrupted: it is unknown whether the events were stored.
    }
    return false;
  }

  async function send() {
    const isRepeat = late.length > 0 && draw.chance(0.3);
    const one = (isRepeat ? late.shift() : undefined) ?? makeRequest();
    const isSecond = one.sent.ids !== null;
    const isDone = await post(one);
    if (!isDone && !isSecond) one.sent.until = history.now();
    one.sent.repeats += 1;
    const isGivenUp = !isDone && one.sent.repeats > 3 && draw.chance(0.2);
    if (
      !isGivenUp &&
      !one.sent.visitors.some((visitor) => history.erased.has(visitor)) &&
      (!isDone || (!isSecond && draw.chance(0.1)))
    )
      late.push(one);
  }

  const loop = startLoop(draw, everyMs, send);
  return {
    ...loop,
    visitors,
    async burst(action, count) {
      const one = makeRequest({ action, count });
      if (await post(one)) return;
      one.sent.until = history.now();
      late.push(one);
    },
    async leave(visitor) {
      visitors.splice(visitors.indexOf(visitor), 1);
      await loop.ended();
      late = late.filter(({ sent }) => !sent.visitors.includes(visitor));
    },
    async stop() {
      await loop.stop();
      await agent.close();
    },
  };
}
