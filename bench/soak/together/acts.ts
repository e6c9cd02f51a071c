import { type Client, ClientError } from '../../../src/client/client.ts';
import type { Delivery } from '../../../src/contract/records/delivery.ts';
import type { Draw } from './draw.ts';
import { exhaustAndChange } from './exhaust.ts';
import type { Act, History } from './history.ts';
import { type Loop, type Pace, startLoop } from './loop.ts';
import { type Mix, templateOf } from './mix.ts';
import type { Program } from './program.ts';
import type { Senders } from './senders.ts';
import type { Place, Wiring } from './setup.ts';
import type { Systems } from './systems.ts';

/** What acts are done with. */
export type Stage = {
  readonly draw: Draw;
  readonly mix: Mix;
  readonly wiring: Wiring;
  readonly program: Program;
  readonly systems: Systems;
  readonly senders: Senders;
  readonly history: History;
};

/** What acts remember of each other. */
type Memory = { versions: number; replays: string[]; erasures: string[]; shiftMs: number };

export type Doing = Stage & { memory: Memory; client: Client; place: Place; act: ReturnType<typeof performer> };

type Kind = { name: string; weight: number; of: keyof Mix | null; run(doing: Doing): Promise<unknown> };

const finished: readonly string[] = ['delivered', 'failed', 'skipped', 'cancelled'];

/** Does something at random every few hundred milliseconds, until it is stopped. */
export function startActs(stage: Stage, everyMs: Pace): Loop & { memory: Memory } {
  const { draw, mix, wiring, program, history } = stage;
  const memory: Memory = { versions: 1, replays: [], erasures: [], shiftMs: 0 };
  const possible = kinds.filter(({ of }) => of === null || mix[of] === true);

  async function doOne() {
    const kind = draw.weighted(possible);
    const own = draw.fork(`${kind.name} ${draw.next()}`);
    const place = own.pick(wiring.places);
    const client = await program.client();
    const act = performer(history);
    await kind.run({ ...stage, draw: own, memory, client, place, act }).catch((error: unknown) => {
      if (!(error instanceof ClientError)) throw error;
      if (isOdd(error)) history.odd.push(`${kind.name}: the API answered ${error.status} ${error.message}`);
    });
    // A crash right after the answer.
    const isChange = kind.of === 'edits' || kind.of === 'replays';
    if (isChange && mix.kills && own.chance(0.15)) await program.restart('SIGKILL');
    else if (isChange && mix.stops && own.chance(0.08)) await program.restart('SIGTERM');
  }

  return { memory, ...startLoop(draw, everyMs, doOne) };
}

/** Refusals are part of the run; an error of the server is not. */
const isOdd = ({ status }: ClientError) => status >= 500 && status !== 503;

/** Calls the API and notes it in the history. */
export function performer(history: History) {
  return async <T>(
    name: string,
    about: readonly string[],
    detail: string,
    call: () => Promise<T>,
    more: Partial<Act> = {},
  ): Promise<T> => {
    const act: Act = {
      name,
      about,
      detail,
      at: history.now(),
      until: Number.POSITIVE_INFINITY,
      result: 'unknown',
      ...more,
    };
    history.acts.push(act);
    try {
      const answer = await call();
      act.result = 'ok';
      return answer;
    } catch (error) {
      if (error instanceof ClientError && error.status > 0 && error.status < 500) act.result = error.code;
      throw error;
    } finally {
      act.until = history.now();
    }
  };
}

const exportOf = async (client: Client) =>
  (await client.call('exportConfiguration', { query: { kind: 'connection,destination,action' } })).documents;

/** The exhausted deliveries of a destination or connection with their attempts: a saved change sends them again. */
export async function exhaustedAt(
  client: Client,
  filter: { destinationId: string } | { connectionId: string },
): Promise<Map<string, number>> {
  const held = await Array.fromAsync(
    client.list('listDeliveries', { query: { ...filter, status: 'held', limit: 200 } }),
  );
  return new Map(held.filter(({ reason }) => reason === 'exhausted').map(({ id, attempts }) => [id, attempts]));
}

/** Changes a destination that exists. */
export async function change(
  { client, act, place }: Doing,
  name: string,
  body: Record<string, unknown>,
): Promise<void> {
  if (place.deletedAt !== null) return;
  const { destinationId: id } = place;
  const exhausted = await exhaustedAt(client, { destinationId: id });
  const call = () => client.call('changeDestination', { params: { id }, body });
  await act(name, [id], JSON.stringify(body), call, { exhausted });
}

export async function changeConnection(
  { client, act, place }: Doing,
  name: string,
  body: Record<string, unknown>,
): Promise<void> {
  const { connectionId: id } = place;
  const exhausted = await exhaustedAt(client, { connectionId: id });
  const call = () => client.call('changeConnection', { params: { id }, body });
  await act(name, [id], JSON.stringify(body), call, { exhausted });
}

const statuses = [
  { weight: 3, status: 'enabled' },
  { weight: 2, status: 'paused' },
  { weight: 1, status: 'disabled' },
];

const kinds: readonly Kind[] = [
  { name: 'do nothing', weight: 1, of: null, run: async () => {} },
  {
    name: 'turn a destination',
    weight: 5,
    of: 'edits',
    run: (doing) => change(doing, 'turn a destination', { status: doing.draw.weighted(statuses).status }),
  },
  {
    name: 'turn a connection',
    weight: 3,
    of: 'edits',
    run: (doing) => changeConnection(doing, 'turn a connection', { status: doing.draw.weighted(statuses).status }),
  },
  {
    name: 'describe',
    weight: 3,
    of: 'edits',
    run: (doing) => {
      const body = { description: `Described ${doing.memory.versions++} times` };
      return doing.draw.chance(0.5) ? change(doing, 'describe', body) : changeConnection(doing, 'describe', body);
    },
  },
  {
    name: 'change the template',
    weight: 3,
    of: 'edits',
    run: (doing) => change(doing, 'change the template', { template: templateOf(++doing.memory.versions) }),
  },
  {
    name: 'change the batches',
    weight: 3,
    of: 'edits',
    run: (doing) =>
      change(doing, 'change the batches', {
        settings: { batch: { records: doing.draw.pick([1, 2, 7]), waitMs: doing.draw.pick([0, 30, 200]) } },
      }),
  },
  {
    name: 'change releaseAfter',
    weight: 1,
    of: 'edits',
    run: async (doing) => {
      if (doing.place.mix.releaseAfter === null) return;
      await change(doing, 'change releaseAfter', { settings: { order: { releaseAfter: doing.draw.pick([1, 2, 3]) } } });
    },
  },
  {
    name: 'change the retries',
    weight: 2,
    of: 'edits',
    run: (doing) => {
      const scheduleMs = doing.draw.pick([
        [0, 100],
        [0, 100, 200, 400],
        [0, 50, 50],
      ]);
      return changeConnection(doing, 'change the retries', { settings: { retry: { scheduleMs } } });
    },
  },
  {
    name: 'roll a destination back',
    weight: 1,
    of: 'edits',
    async run({ client, act, place, draw }) {
      if (place.deletedAt !== null) return;
      const { destinationId: id } = place;
      const { data } = await client.call('listDestinationVersions', { params: { id } });
      const { version } = draw.pick(data);
      await act('roll a destination back', [id], `to version ${version}`, () =>
        client.call('rollbackDestination', { params: { id }, body: { version } }),
      );
    },
  },
  { name: 'change a mapping', weight: 2, of: 'edits', run: (doing) => changeAction(doing, 'mapping') },
  {
    name: 'add or remove a destination of an action',
    weight: 2,
    of: 'edits',
    run: (doing) => changeAction(doing, 'places'),
  },
  { name: 'delete a destination', weight: 0.5, of: 'edits', run: deleteDestination },
  {
    name: 'rotate a credential',
    weight: 1.5,
    of: 'edits',
    async run({
      systems,
      place: {
        mix: { system },
        system: { auth },
        connectionId,
      },
      history,
    }) {
      if (auth === 'none') return;
      const what = systems.rotate(system);
      const at = history.now();
      const about = [`S${system}`, connectionId];
      history.acts.push({ name: 'the system revokes a credential', at, until: at, about, detail: what, result: 'ok' });
    },
  },
  {
    name: 'enter the credential',
    weight: 3,
    of: 'edits',
    async run(doing) {
      const { systems, place } = doing;
      if (place.system.auth === 'none') return;
      await changeConnection(doing, 'enter the credential', { auth: systems.authOf(place.mix.system) });
    },
  },
  { name: 'import', weight: 1, of: 'edits', run: importAgain },
  { name: 'exhaust and change', weight: 3, of: 'edits', run: exhaustAndChange },
  {
    name: 'probe',
    weight: 1,
    of: 'people',
    run: ({ client, act, place: { connectionId: id } }) =>
      act('probe', [id], '', () => client.call('probeConnection', { params: { id } })),
  },
  {
    name: 'release',
    weight: 0.7,
    of: 'people',
    run: ({ client, act, place: { connectionId: id } }) =>
      act('release', [id], '', () => client.call('releaseConnection', { params: { id } })),
  },
  { name: 'retry', weight: 5, of: 'people', run: retry },
  {
    name: 'cancel',
    weight: 5,
    of: 'people',
    async run({ client, act, draw, place }) {
      const status = draw.pick(['sending', 'sending', 'pending', 'retrying', 'held'] as const);
      const found = await some(client, draw, {
        status,
        ...(draw.chance(0.5) && { destinationId: place.destinationId }),
      });
      for (const { id } of found.slice(0, draw.between(1, 4))) {
        const { status: before } = await client.call('getDelivery', { params: { id } });
        const call = () => client.call('cancelDelivery', { params: { id } });
        await act('cancel', [id], `it was ${before}`, call, { wasSending: before === 'sending' });
      }
    },
  },
  { name: 'replay', weight: 2.5, of: 'replays', run: replay },
  {
    name: 'move a replay',
    weight: 4,
    of: 'replays',
    async run({ client, act, draw, memory }) {
      const id = memory.replays.at(-draw.between(1, 4));
      if (id === undefined) return;
      const move = draw.pick(['pauseReplay', 'resumeReplay', 'resumeReplay', 'cancelReplay'] as const);
      await act(move, [id], '', () => client.call(move, { params: { id } }));
    },
  },
  { name: 'erase', weight: 1.5, of: 'erasures', run: erase },
  {
    name: 'set the clock',
    weight: 2,
    of: 'clock',
    async run({ draw, memory, program, history }) {
      // The program looks at its clock every 10 s; what it stores between two steps within that time is late by one of them.
      if (history.now() - (history.clockShifts.at(-1)?.at ?? Number.NEGATIVE_INFINITY) < stepsApartMs) return;
      const step = draw.pick([1_500, 10_000, 120_000, 3_600_000, 3 * 3_600_000]);
      const next = memory.shiftMs + (draw.chance(0.5) ? step : -step);
      memory.shiftMs = Math.max(-farMs, Math.min(farMs, next));
      program.shiftClock(memory.shiftMs);
    },
  },
];

/** Within it, identities (24 h) and retention are not in question. */
const farMs = 9 * 3_600_000;
const stepsApartMs = 13_000;

type Filter = { status: Delivery['status']; destinationId?: string };

async function some(client: Client, draw: Draw, filter: Filter): Promise<Delivery[]> {
  const { data } = await client.call('listDeliveries', { query: { ...filter, limit: 30 } });
  return data
    .map((one) => ({ one, at: draw.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

async function retry({ client, act, draw, place }: Doing): Promise<void> {
  const status = draw.pick(['failed', 'held', 'held', 'retrying', 'delivered', 'cancelled'] as const);
  const found = await some(client, draw, { status, ...(draw.chance(0.5) && { destinationId: place.destinationId }) });
  for (const { id, status: before } of found.slice(0, draw.between(1, 3))) {
    const render = draw.chance(0.25);
    const more = { isAgain: finished.includes(before) };
    await act(
      'retry',
      [id],
      `it was ${before}${render ? ', rendered again' : ''}`,
      () => client.call('retryDelivery', { params: { id }, body: { render } }),
      more,
    );
  }
}

async function changeAction({ client, act, draw, wiring, history }: Doing, what: 'mapping' | 'places'): Promise<void> {
  const { id, name } = draw.pick(wiring.actions);
  const { destinations } = await client.call('getAction', { params: { id } });
  const { destinationId } = draw.pick(wiring.places.filter(({ deletedAt }) => deletedAt === null));
  const isThere = destinations.some((row) => row.destinationId === destinationId);
  const names = ['n', 'visitor', 'group', 'pad'];
  const mapping = draw.chance(0.5)
    ? []
    : [...names.map((field) => ({ field, parameter: field })), { field: 'marker', value: `m${draw.between(1, 99)}` }];
  const changed =
    what === 'mapping'
      ? destinations.map((row) => (row.destinationId === destinationId ? { ...row, mapping } : row))
      : isThere
        ? destinations.filter((row) => row.destinationId !== destinationId)
        : [...destinations, { destinationId, mapping }];
  const detail = what === 'mapping' ? `of ${destinationId}` : `${isThere ? 'without' : 'with'} ${destinationId}`;
  const doing = { client, act, history };
  await setDestinations(doing, { id, name, rows: changed, about: destinationId, detail: `${what} ${detail}` });
}

type Rows = { destinationId: string }[];

/** Changes where an action sends to. */
async function setDestinations(
  { client, act, history }: Pick<Doing, 'client' | 'act' | 'history'>,
  { id, name, rows, about, detail }: { id: string; name: string; rows: Rows; about: string; detail: string },
): Promise<void> {
  const plan = {
    action: name,
    at: history.now(),
    sureAt: Number.POSITIVE_INFINITY,
    destinations: new Set(rows.map((row) => row.destinationId)),
  };
  history.plans.push(plan);
  const call = () => client.call('changeAction', { params: { id }, body: { destinations: rows } });
  try {
    await act('change an action', [id, about], detail, call);
    plan.sureAt = history.now();
  } catch (error) {
    // A refused change has no effect; an interrupted one may have one.
    if (error instanceof ClientError && error.status >= 400 && error.status < 500)
      history.plans.splice(history.plans.indexOf(plan), 1);
    throw error;
  }
}

async function deleteDestination({ client, act, wiring, place, history }: Doing): Promise<void> {
  if (place.deletedAt !== null || wiring.places.filter(({ deletedAt }) => deletedAt === null).length < 4) return;
  const { destinationId } = place;
  for (const { id, name } of wiring.actions) {
    const { destinations } = await client.call('getAction', { params: { id } });
    const rest = destinations.filter((row) => row.destinationId !== destinationId);
    if (rest.length === destinations.length) continue;
    const doing = { client, act, history };
    await setDestinations(doing, { id, name, rows: rest, about: destinationId, detail: `without ${destinationId}` });
  }
  place.deletedAt = history.now();
  await act('delete a destination', [destinationId], '', () =>
    client.call('deleteDestination', { params: { id: destinationId } }),
  );
}

/** Imports the present configuration, which changes nothing, or adds a description to one destination of it. */
async function importAgain({ client, act, draw, memory }: Doing): Promise<void> {
  const documents = await exportOf(client);
  const chosen = draw.pick(documents.filter(({ kind }) => kind === 'destination'));
  const name = `${String(chosen['connection'])}/${chosen.name}`;
  const isSame = draw.chance(0.5);
  const changed = documents.map((one) =>
    one === chosen && !isSame ? { ...one, description: `Imported ${memory.versions++} times` } : one,
  );
  const { steps } = await act('import', [], isSame ? 'the same' : `a description of ${name}`, () =>
    client.call('importConfiguration', { body: { documents: changed } }),
  );
  const made = steps.filter((step) => step.change !== 'none');
  if (made.length > (isSame ? 0 : 1))
    throw new Error(
      `An import of the present configuration changed ${made.map((step) => `${step.kind} ${step.name}: ${JSON.stringify(step.diff)}`)}`,
    );
}

async function replay({ client, act, draw, memory, place, senders }: Doing): Promise<void> {
  const common = { ratePerSecond: draw.pick([null, null, 20, 100]), order: draw.pick(['oldest', 'newest'] as const) };
  const ofDeliveries = {
    of: 'deliveries' as const,
    filter: {
      ...(draw.chance(0.7) && { destinationId: place.destinationId }),
      status: draw.pick(['failed', 'held', 'cancelled', 'delivered', 'failed'] as const),
      createdAfter: new Date(Date.now() + memory.shiftMs - draw.pick([5_000, 20_000])).toISOString(),
    },
    only: draw.pick(['failed', 'undelivered', 'all'] as const),
    body: draw.pick(['original', 'original', 'current'] as const),
    keepIdempotencyKey: draw.chance(0.6),
  };
  const ofEvents = {
    of: 'events' as const,
    filter: { visitorId: draw.pick(senders.visitors) },
    only: draw.pick(['undelivered', 'all'] as const),
  };
  const body = draw.chance(0.7) ? { ...ofDeliveries, ...common } : { ...ofEvents, ...common };
  const made = await act('replay', [place.destinationId], JSON.stringify(body), () =>
    client.call('createReplay', { body }),
  );
  if ('id' in made) memory.replays.push(made.id);
}

async function erase({ client, act, draw, senders, history, memory }: Doing): Promise<void> {
  const visitorId = draw.pick(senders.visitors);
  history.erased.set(visitorId, 'asked');
  await senders.leave(visitorId);
  history.erasedDeliveries.push(...(await Array.fromAsync(client.list('listDeliveries', { query: { visitorId } }))));
  const { id } = await act('erase', [visitorId], '', () => client.call('eraseVisitor', { body: { visitorId } }));
  if (id === null) return;
  history.erased.set(visitorId, id);
  memory.erasures.push(id);
}
