import type { Delivery } from '../../../src/contract/records/delivery.ts';
import type { Answer } from './systems.ts';

/** A record in a request: the number of its event, and the id that the program gave it. */
export type ArrivedRecord = { n: number; event: string; visitor: string; value: string };

/** One request as a system received it. Times are ms since the begin of the run, on the clock of the test. */
export type Arrival = {
  readonly number: number;
  readonly system: number;
  /** The id of the place in its path: `d0`. */
  readonly place: string;
  readonly at: number;
  /** When the response was written, or the connection ended before; null: it is still open. */
  endedAt: number | null;
  /** `answered`: the whole response was written; `cut`: the program ended the connection; `broken`: the system did. */
  end: 'answered' | 'cut' | 'broken' | null;
  readonly key: string;
  readonly digest: string;
  readonly action: string;
  readonly records: readonly ArrivedRecord[];
  readonly answer: Answer;
};

/** What a person or a script did by the API. */
export type Act = {
  readonly name: string;
  readonly at: number;
  until: number;
  /** What it was about: ids of deliveries, destinations, connections, actions, replays. */
  readonly about: readonly string[];
  readonly detail: string;
  /** `ok`, the code of a refusal, or `unknown`: the process ended before it answered. */
  result: string;
  /** Deliveries that were finished when a person retried them. */
  isAgain?: boolean;
  /** The delivery was in flight a moment before a person cancelled it. */
  wasSending?: boolean;
  /** The attempts of deliveries that the API showed as exhausted before a change. */
  exhausted?: ReadonlyMap<string, number>;
  /** Those of them that it still showed so long after the change. */
  stillExhausted?: readonly string[];
};

/** A token request as the token endpoint of a system received it. */
export type TokenRequest = {
  readonly system: number;
  readonly at: number;
  endedAt: number | null;
  /** How long the program must wait before the next one; null: it got a token, or was refused. */
  readonly pauseMs: number | null;
};

/** One process of the program. */
export type Life = {
  readonly startedAt: number;
  listeningAt: number | null;
  endedAt: number | null;
  by: 'SIGKILL' | 'SIGTERM' | null;
};

/** One request of a sender, with all its repetitions: acknowledged when `ids` is set. */
export type Sent = {
  readonly at: number;
  until: number;
  readonly visitors: readonly string[];
  readonly groups: readonly string[];
  readonly numbers: readonly number[];
  /** The actions that each event is for. */
  readonly actions: readonly (readonly string[])[];
  ids: readonly string[] | null;
  repeats: number;
};

/** The destinations of an action from the beginning of a change on; `sureAt`: the change was answered. */
export type PlanChange = { action: string; at: number; sureAt: number; destinations: ReadonlySet<string> };

/** Everything that happened in a run, in the order of time. */
export type History = {
  readonly arrivals: Arrival[];
  readonly tokenRequests: TokenRequest[];
  readonly acts: Act[];
  readonly lives: Life[];
  readonly sent: Sent[];
  readonly plans: PlanChange[];
  readonly clockShifts: { at: number; shiftMs: number }[];
  /** Responses that no client should get, as sentences. */
  readonly odd: string[];
  /** Visitors whose erasure was acknowledged, or may have been. */
  readonly erased: Map<string, string>;
  /** Their deliveries, as they were before. */
  readonly erasedDeliveries: Delivery[];
  /** The acts about an id. */
  actsAbout(id: string): readonly Act[];
  now(): number;
  /** A point in time by the clock of the program, on the clock of the test. Not in a run with steps of the clock. */
  timeOf(timestamp: string): number;
};

export function newHistory(): History {
  const startedAt = performance.now();
  const epochMs = Date.now();
  const acts: Act[] = [];
  const byId = new Map<string, Act[]>();
  let indexed = 0;
  return {
    arrivals: [],
    tokenRequests: [],
    acts,
    lives: [],
    sent: [],
    plans: [],
    clockShifts: [],
    odd: [],
    erased: new Map(),
    erasedDeliveries: [],
    actsAbout(id) {
      for (const act of acts.slice(indexed))
        for (const one of new Set(act.about)) byId.set(one, [...(byId.get(one) ?? []), act]);
      indexed = acts.length;
      return byId.get(id) ?? [];
    },
    now: () => Math.round((performance.now() - startedAt) * 10) / 10,
    timeOf: (timestamp) => Date.parse(timestamp) - epochMs,
  };
}
