import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { AllowList } from '../../alerts/check-alert.ts';
import type { Notifier } from '../../alerts/notifier.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Compute } from '../../compute/compute.ts';
import type { RefreshTokens } from '../../connections/oauth/refresh-tokens.ts';
import type { Right } from '../../contract/accounts/rights.ts';
import type { ConfiguredValue } from '../../contract/documents/settings.ts';
import type { NewId } from '../../contract/ids.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { PathParameters } from '../../contract/route.ts';
import type { RouteId, RouteTable } from '../../contract/routes.ts';
import type { Secret } from '../../contract/secret.ts';
import type { Egress } from '../../egress/egress.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { OperatorRetention } from '../../pipeline/snapshot/effective-settings.ts';
import type { Sealing } from '../../secrets/sealing.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Watch } from '../../watch/watch.ts';
import type { WireLimits } from '../http/limits.ts';
import type { AuditThing } from './audit-entry.ts';

/** What the API works with. Times are ms since the epoch. */
export type ApiParts = {
  pipeline: Pipeline;
  /** Compiles and tries out what people write, apart from deliveries. */
  compute: Compute;
  catalog: Pick<Catalog, 'versions'>;
  audit: Pick<Audit, 'append' | 'entries'>;
  journal: Pick<Journal, 'log' | 'replays'>;
  issues: Pick<Watch['book'], 'all' | 'get' | 'act'>;
  alerts: Pick<Notifier, 'health' | 'messages' | 'test'>;
  egress: Egress;
  identity: Identity;
  telemetry: Pick<Telemetry, 'requestFinished' | 'signInFinished' | 'intakeRefused' | 'audited' | 'failed' | 'metrics'>;
  newId: NewId;
  now: () => number;
  version: string;
  /** Where others reach this server; documentation links begin with it. */
  publicUrl: string | null;
  trustedProxies: readonly string[];
  /** Whether the built-in Inbox answers. */
  inbox: boolean;
  /** The folder of the built console; null or left out: none. */
  consoleDir?: string | null;
  /** Whether the server listens on loopback only, where metrics are open. */
  loopbackOnly: boolean;
  /** Whether the operator's allow-list covers plain http to this address. */
  /** The refresh tokens that token endpoints brought. */
  refreshTokens: RefreshTokens;
  isHttpAllowed: AllowList['isHttpAllowed'];
  /** The same for mail. */
  isMailAllowed: AllowList['isMailAllowed'];
  /** What is wrong now, in sentences for operators, by part; which parts make the instance unready: `operating/health.ts`. */
  problems: () => Record<string, string>;
  /** What the operator configured: as it may be read, and what of it is fixed. */
  operator: { retention: OperatorRetention; configuration: readonly ConfiguredValue[] };
  /** The keys of stored secrets. */
  sealing: Pick<Sealing, 'state' | 'rotate'>;
  /** Secrets that are kept outside; `problem` says why a reference can't be used. */
  references: { secret(ref: string, updatedAt: string): Secret; problem(ref: string): string | null };
  /** Takes live secrets out of what people will read. */
  scrub: (text: string) => string;
  /** Requests per second of one token, and of one address without. */
  rates?: { perToken: number; perAddress: number };
  /** What differs from the usual limits of connections and bodies. */
  wire?: Partial<WireLimits>;
};

type Given<Schema, None> = Schema extends z.ZodType ? z.output<Schema> : None;

export type QueryOf<Id extends RouteId> = Given<RouteTable[Id]['query'], Record<string, never>>;
type BodyOf<Id extends RouteId> = Given<RouteTable[Id]['body'], undefined>;
export type OutputOf<Id extends RouteId> = Given<RouteTable[Id]['output'], undefined>;

/** One request, after its right was checked. */
export type Call<Id extends RouteId = RouteId> = {
  params: Record<PathParameters<RouteTable[Id]['path']>, string>;
  query: QueryOf<Id>;
  /** The body as JSON; undefined when there is none. */
  json: unknown;
  /** The body as the route's schema reads it; throws AppError `invalid_value`. */
  body(): BodyOf<Id>;
  principal: Principal;
  may(right: Right): boolean;
  /** The entry of the audit trail about what this request does. */
  entry(of: AuditThing): NewAuditEntry;
  /** Writes it down where no stored change goes with it, before the act if that can be taken back. */
  record(of: AuditThing): Promise<void>;
  request: FastifyRequest;
  reply: FastifyReply;
};

/** Answers a call with the body of its answer; status, headers and cookies go to `call.reply`. */
type Handler<Id extends RouteId> = (call: Call<Id>) => OutputOf<Id> | Promise<OutputOf<Id>>;

export type Handlers<Ids extends RouteId = RouteId> = { [Id in Ids]: Handler<Id> };
