import type { CallInput } from '../../../src/client/client.ts';
import type { Draw } from './draw.ts';

type ConnectionInput = CallInput<'createConnection'>['body'];
type DestinationInput = CallInput<'createDestination'>['body'];

/** One system with its connection. */
export type SystemMix = {
  name: string;
  auth: 'none' | 'bearer' | 'client_credentials' | 'password';
  /** The life of access tokens; null: their responses don't say it. */
  tokenLifeMs: number | null;
  heldMaxAgeMs: number | null;
  timeoutMs: number;
  connection: Omit<ConnectionInput, 'baseUrl' | 'auth'>;
};

export const isOauth = ({ auth }: SystemMix): boolean => auth === 'client_credentials' || auth === 'password';

/** One destination. */
export type PlaceMix = {
  /** Its path, and its name. */
  id: string;
  system: number;
  /** The parameter whose value orders its deliveries; null: they are not ordered. */
  orderBy: 'visitor' | 'group' | null;
  releaseAfter: number | null;
  records: number;
  hasItems: boolean;
  holdsUnknown: boolean;
  /** Whether path and a header contain a value of the first record. */
  isTelling: boolean;
  destination: DestinationInput;
};

export type Mix = {
  systems: SystemMix[];
  places: PlaceMix[];
  /** The places of each action, by their ids. */
  actions: { name: string; places: string[] }[];
  kills: boolean;
  stops: boolean;
  clock: boolean;
  people: boolean;
  erasures: boolean;
  edits: boolean;
  replays: boolean;
};

/** The version of a template, which every body has as `t`. */
export function templateOf(version: number): string {
  return `{{! return JSON.stringify({ t: ${version}, a: it.meta.action ? it.meta.action.name : '', r: it.data.map((r, i) => ({ ...r, e: it.events[i].id })) }); }}`;
}

/** Draws a configuration and what will happen to it. */
export function drawMix(draw: Draw): Mix {
  const clock = draw.chance(0.4);
  const systems = Array.from({ length: draw.between(2, 3) }, (_, n) => drawSystem(draw.fork(`system ${n}`), n, clock));
  const places = Array.from({ length: draw.between(4, 6) }, (_, n) =>
    drawPlace(draw.fork(`place ${n}`), n, n % systems.length, systems),
  );
  const actions = Array.from({ length: draw.between(2, 3) }, (_, n) => ({
    name: `A${n}`,
    places: places.map(({ id }) => id).filter((_, at) => at % 3 === n % 3 || draw.chance(0.5)),
  }));
  return {
    systems,
    places,
    actions,
    kills: draw.chance(0.6),
    stops: draw.chance(0.5),
    clock,
    people: draw.chance(0.85),
    erasures: draw.chance(0.5),
    edits: draw.chance(0.85),
    replays: draw.chance(0.6),
  };
}

function drawSystem(draw: Draw, n: number, hasClock: boolean): SystemMix {
  const auth = draw.pick(['none', 'none', 'none', 'bearer', 'bearer', 'client_credentials', 'password'] as const);
  // Times are compared with those of the program, so only in runs without steps of the clock.
  const heldMaxAgeMs = hasClock || draw.chance(0.75) ? null : draw.pick([3_000, 8_000]);
  const timeoutMs = draw.pick([500, 800, 1_200]);
  const retry = {
    scheduleMs: draw.pick([
      [0, 200, 400],
      [0, 100, 300, 900],
      [0, 50],
      [0, 300, 600, 600, 600],
    ]),
    jitter: 0.1,
  };
  return {
    name: `S${n}`,
    auth,
    tokenLifeMs: draw.pick([2_000, 10_000, null]),
    heldMaxAgeMs,
    timeoutMs,
    connection: {
      name: `S${n}`,
      settings: {
        timeoutMs,
        retry,
        heldMaxAgeMs,
        breaker: {
          openMs: draw.pick([300, 1_000]),
          minimum: draw.pick([5, 10, 30]),
          failureRatio: draw.pick([0.6, 0.9]),
        },
        rate: draw.pick([{}, { concurrency: 2 }, { limit: 200, perMs: 1_000 }]),
      },
    },
  };
}

function drawPlace(draw: Draw, n: number, system: number, systems: readonly SystemMix[]): PlaceMix {
  const id = `d${n}`;
  const orderBy = draw.chance(0.55) ? draw.pick(['visitor', 'group'] as const) : null;
  const { [system]: own } = systems;
  // A failed token request counts, too, and is no request of the delivery.
  const releaseAfter = orderBy !== null && draw.chance(0.2) && (own === undefined || !isOauth(own)) ? 2 : null;
  const records = draw.pick([1, 1, 2, 5, 20]);
  const hasItems = draw.chance(0.25);
  const holdsUnknown = draw.chance(0.3);
  const isTelling = draw.chance(0.25);
  const batch = {
    records,
    waitMs: draw.pick([0, 50, 300]),
    key: draw.chance(0.3) ? 'group' : null,
    ...(draw.chance(0.3) && { bytes: draw.pick([1_024, 4_096]) }),
  };
  return {
    id,
    system,
    orderBy,
    releaseAfter,
    records,
    hasItems,
    holdsUnknown,
    isTelling,
    destination: {
      name: id,
      path: isTelling ? `/${id}?first={{ it.data[0].visitor }}` : `/${id}`,
      status: 'enabled',
      template: templateOf(1),
      settings: {
        batch,
        onTimeout: holdsUnknown ? 'hold' : 'retry',
        ...(orderBy !== null && { order: { key: orderBy, releaseAfter } }),
        ...(isTelling && { headers: [{ name: 'X-First', value: '{{ it.data[0].visitor }}' }] }),
        ...(hasItems && { outcomes: itemRules }),
      },
    },
  };
}

const itemRules: NonNullable<NonNullable<DestinationInput['settings']>['outcomes']> = [
  { when: { status: 200 }, outcome: 'retry', items: { path: 'results', when: { path: 'again', equals: true } } },
  { when: { status: 200 }, outcome: 'fail', items: { path: 'results', when: { path: 'ok', equals: false } } },
];
