import type { Right } from '../contract/accounts/rights.ts';
import type { ListedRejection, RejectedRequest } from '../contract/records/rejected-request.ts';

/**
 * PORT. What the HTTP interface remembers of requests over a restart: rejected intake requests and responses
 * to idempotency keys. Times are ms since the epoch.
 */
export interface Requests {
  readonly rejected: RejectedRequests;
  readonly responses: KeptResponses;
}

export interface RejectedRequests {
  /** Adds requests and removes those over `rejectedBounds`, the oldest first. A known id is skipped. */
  add(requests: readonly RejectedRequest[], now: number): Promise<void>;
  /** Those of a key and of a collector next to an id, newest first; without a filter those of all. */
  list(query: RejectedQuery): Promise<ListedRejection[]>;
  /** undefined: there is none with this id. */
  get(id: string): Promise<RejectedRequest | undefined>;
  /** Removes the bodies of all, also from unused space. */
  forgetBodies(): Promise<void>;
}

/** `before` and `after` are ids of requests. */
export type RejectedQuery = {
  key?: string | undefined;
  collectorId?: string | undefined;
  limit: number;
  before?: string;
  after?: string;
};

/** `ofCollector` requests of each collector, and of all unknown keys together, so that one can't displace the others. */
export const rejectedBounds = { ofCollector: 500, requests: 1_000, bytes: 4_194_304, ms: 7 * 86_400_000 } as const;

export interface KeptResponses {
  /**
   * Begins a request, durably, unless its key was used before and `prune` has not removed it. Atomic: of two requests with
   * one key, one begins.
   */
  begin(request: KeyedRequest): Promise<Begun>;
  /**
   * Stores the response of a request that has begun; null removes the record, so that the request can be sent again. Does
   * nothing when the record is another one's by now. Above `bytesMax` the oldest responses of the principal with the most
   * are removed, so that no principal can displace those of others.
   */
  finish(
    request: Pick<KeyedRequest, 'principal' | 'place' | 'at' | 'epoch'>,
    response: KeptResponse | null,
  ): Promise<void>;
  /** A node starts: what an earlier process of its name began and did not finish is `interrupted`. */
  started(node: string): Promise<void>;
  /**
   * Removes all responses, also from unused space, and lets no request that runs now store its own. Their keys stay used:
   * a repeated request is `interrupted`.
   */
  forget(): Promise<void>;
  /**
   * Removes records that are older than `keptMs`. Those with a time after `now`, which a wrong clock gave, are kept from now
   * on.
   */
  prune(now: number): Promise<void>;
}

/**
 * `place` and `digest` are hashes of path with key, and of the body; `epoch` names the process: by its node, which calls
 * `started` before, or else by an id of its own.
 */
export type KeyedRequest = { principal: string; place: string; digest: string; at: number; epoch: string };

/** `rights`: those of the sender that the response was made with, beside those of its route. */
export type KeptResponse = {
  status: number;
  headers: Record<string, string>;
  body: string;
  rights: readonly Right[];
};

/**
 * `begun`: the request runs now. `reused`: the key was used with another body. `running`: it runs in this process, or at
 * another node that lives. `interrupted`: it ran in a process that ended before the response was stored, so its outcome is unknown, or
 * `forget` has removed the response.
 */
export type Begun = { kind: 'begun' | 'reused' | 'running' | 'interrupted' } | { kind: 'kept'; response: KeptResponse };

/** Responses are kept this long. */
export const keptMs = 86_400_000;
/** Longer than any request runs: a record of this process that is older was given up. */
export const runMs = 600_000;
