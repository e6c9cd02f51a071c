import type { Client } from '../../../src/client/client.ts';
import { allRights } from '../../../src/contract/accounts/rights.ts';
import type { History } from './history.ts';
import type { Mix, PlaceMix, SystemMix } from './mix.ts';
import type { Systems } from './systems.ts';

const tokens = 24;

/** A destination of the run. */
export type Place = {
  readonly mix: PlaceMix;
  readonly system: SystemMix;
  readonly destinationId: string;
  readonly connectionId: string;
  /** When a person's request to delete it began; null: it exists. */
  deletedAt: number | null;
};

/** What the program has been given, by id. */
export type Wiring = {
  readonly key: string;
  readonly connectionIds: readonly string[];
  readonly places: readonly Place[];
  readonly actions: readonly { name: string; id: string }[];
  readonly tokens: readonly string[];
};

/** Creates the configuration that the mix says. */
export async function setUp(client: Client, mix: Mix, systems: Systems, history: History): Promise<Wiring> {
  const { key } = await client.call('createCollector', { body: { name: 'Together' } });
  const connectionIds: string[] = [];
  for (const [n, { connection }] of mix.systems.entries()) {
    const body = { ...connection, baseUrl: systems.urls[n] ?? '', auth: systems.authOf(n) };
    connectionIds.push((await client.call('createConnection', { body })).id);
  }
  const places: Place[] = [];
  for (const place of mix.places) {
    const connectionId = connectionIds[place.system] ?? '';
    const system = mix.systems[place.system];
    if (system === undefined) continue;
    const { id } = await client.call('createDestination', { params: { id: connectionId }, body: place.destination });
    places.push({ mix: place, system, destinationId: id, connectionId, deletedAt: null });
  }
  const actions: { name: string; id: string }[] = [];
  for (const { name, places: chosen } of mix.actions) {
    const rows = places
      .filter(({ mix: { id } }) => chosen.includes(id))
      .map(({ destinationId }) => ({ destinationId }));
    const rules = { parameter: name, operator: 'equals' as const, value: 'yes' };
    const body = { name, description: 'As the run says', status: 'enabled' as const, rules, destinations: rows };
    actions.push({ name, id: (await client.call('createAction', { body })).id });
    const at = history.now();
    history.plans.push({
      action: name,
      at: 0,
      sureAt: at,
      destinations: new Set(rows.map((row) => row.destinationId)),
    });
  }
  const made: string[] = [];
  for (let n = 0; n < tokens; n++)
    made.push((await client.call('createToken', { body: { name: `Token ${n}`, rights: allRights } })).token);
  return { key, connectionIds, places, actions, tokens: made };
}
