import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { AllowList } from '../../alerts/check-alert.ts';
import type { SharedAlerts } from '../../alerts/shared-alerts.ts';
import type { Clock } from '../../async/clock.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Compute } from '../../compute/compute.ts';
import type { RefreshTokens } from '../../connections/oauth/refresh-tokens.ts';
import type { Right } from '../../contract/accounts/rights.ts';
import type { ConfiguredValue } from '../../contract/documents/settings.ts';
import type { NewId } from '../../contract/ids.ts';
import type { AuditAuthor, AuditChange, NewAuditEntry } from '../../contract/records/audit.ts';
import type { Nodes } from '../../contract/records/node.ts';
import type { PathParameters } from '../../contract/route.ts';
import type { RouteId, RouteTable } from '../../contract/routes.ts';
import type { Secret } from '../../contract/secret.ts';
import type { Egress } from '../../egress/egress.ts';
import type { Actor } from '../../identity/grants.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../identity/principal.ts';
import type { PlaceOf } from '../../intake/enrichment/geo/geo-file.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Notes } from '../../notes/notes.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { OperatorRetention } from '../../pipeline/snapshot/effective-settings.ts';
import type { Requests } from '../../requests/requests.ts';
import type { Sealing } from '../../secrets/sealing.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import type { Watch } from '../../watch/watch.ts';
import type { ExposedCookies } from '../auth/exposed-cookies.ts';
import type { WireLimits } from '../http/limits.ts';
import type { LongResponse } from '../http/long-response.ts';

/** The subject of an act, and its changes. */
export type AuditThing = { id: string | null; name?: string | null; changes?: AuditChange[] };

/** The dependencies of the API. Times are ms since the epoch. */
export type ApiParts = {
  pipeline: Pipeline;
  /** Compiles and tests drafts, apart from deliveries. */
  compute: Compute;
  catalog: Pick<Catalog, 'versions' | 'deleted'>;
  audit: Pick<Audit, 'append' | 'entries'>;
  journal: Pick<Journal, 'log'>;
  issues: Pick<Watch['registry'], 'all' | 'get' | 'act'> & Pick<Watch, 'refresh'>;
  alerts: Pick<SharedAlerts, 'health' | 'messages' | 'test'>;
  egress: Egress;
  identity: Identity;
  telemetry: Pick<
    Telemetry,
    'requestFinished' | 'signInFinished' | 'intakeRefused' | 'audited' | 'failed' | 'failedOften' | 'metrics'
  >;
  newId: NewId;
  /** The processes that share the database. */
  nodes: { show(): Promise<Nodes> };
  /** The name of this node; left out: no other one shares the database. */
  node?: string;
  now: () => number;
  clock: Pick<Clock, 'after'>;
  /** What is remembered of requests over a restart. */
  requests: Requests;
  notes: Pick<Notes, 'list' | 'load' | 'save'>;
  version: string;
  /** Public URL of this server; documentation links begin with it. */
  publicUrl: string | null;
  /** How the operator calls this installation. */
  environment: string | null;
  trustedProxies: readonly string[];
  /** Traces intake requests; null: none. */
  tracing?: Tracing | null;
  /** Finds the place of a network for enrichment; null or left out: there is no database of places. */
  placeOf?: PlaceOf | null;
  /** Hears of sessions over https whose cookie is not Secure. */
  exposedCookies?: Pick<ExposedCookies, 'found'>;
  /** Whether the built-in Inbox receives requests now; `isAutomatic`: until a connection to another system is enabled. */
  inbox: { isOpen(): boolean; isAutomatic: boolean };
  /** The folder of the built console; null or left out: no console. */
  consoleDir?: string | null;
  /** The folder of the built tag; null or left out: no tag. */
  tagDir?: string | null;
  /** Whether the server listens only on loopback; metrics are then public. */
  loopbackOnly: boolean;
  /** Refresh tokens received from token endpoints. */
  refreshTokens: RefreshTokens;
  /** Whether the operator's allow-list covers plain http to this address. */
  isHttpAllowed: AllowList['isHttpAllowed'];
  /** The same for mail. */
  isMailAllowed: AllowList['isMailAllowed'];
  /**
   * Current problems by part, as sentences for operators, with or without the messages of their errors.
   * `operating/health.ts` decides which make the instance unready.
   */
  problems: (withCauses: boolean) => Record<string, string>;
  /** The operator's configuration: its readable values, and the settings it fixes. */
  operator: { retention: OperatorRetention; configuration: readonly ConfiguredValue[] };
  /** The encryption keys of stored secrets. */
  sealing: Pick<Sealing, 'state' | 'rotate'>;
  /** Secrets stored outside; `problem` says why a reference can't be used. */
  references: { secret(ref: string, updatedAt: string): Secret; problem(ref: string): string | null };
  /** Removes live secrets from text for people. */
  scrub: (text: string) => string;
  /** Rate limits in requests per second: per token, and per address without one. */
  rates?: { perToken: number; perAddress: number };
  /** How long a stop goes on accepting requests, with `/readyz` at 503; 0 when it is left out. */
  drainMs?: number;
  /** Overrides of the default limits of connections and bodies. */
  wire?: Partial<WireLimits>;
};

type Given<Schema, None> = Schema extends z.ZodType ? z.output<Schema> : None;

export type QueryOf<Id extends RouteId> = Given<RouteTable[Id]['query'], Record<string, never>>;
type BodyOf<Id extends RouteId> = Given<RouteTable[Id]['body'], undefined>;
export type OutputOf<Id extends RouteId> = Given<RouteTable[Id]['output'], void>;

/** One request, after its rights are checked. */
export type Call<Id extends RouteId = RouteId> = {
  params: Record<PathParameters<RouteTable[Id]['path']>, string>;
  query: QueryOf<Id>;
  /** The body as JSON; undefined without a body. */
  json: unknown;
  /** The body parsed by the route's schema; throws AppError `invalid_value`. */
  body(): BodyOf<Id>;
  principal: Principal;
  may(right: Right): boolean;
  /** The caller and its address as the author of a change. */
  author: AuditAuthor;
  /**
   * The caller who changes an account, with its rights at this moment: some may have been removed while the request
   * waited (for a password hash, or for other changes). Throws AppError `unauthorized` when its credential is no longer
   * valid.
   */
  actor(): Actor;
  /**
   * Returns what is stored, or null when nothing is stored yet. Throws AppError `version_mismatch` unless `If-Match` is
   * absent or names its version.
   */
  ifMatch<T extends { version: number } | null>(stored: T): T;
  /** The audit entry of this request. */
  entry(of: AuditThing): NewAuditEntry;
  /** Writes the audit entry when no stored change includes it; before the act, if the act can be undone. */
  record(of: AuditThing): Promise<void>;
  request: FastifyRequest;
  reply: FastifyReply;
};

/**
 * Handles a call and returns the response body. A 200 becomes the status of the route, and the response to a single
 * resource has its ETag; other statuses, headers and cookies are set on `call.reply`.
 */
type Handler<Id extends RouteId> = (call: Call<Id>) => Result<Id> | Promise<Result<Id>>;
type Result<Id extends RouteId> = OutputOf<Id> | LongResponse;

export type Handlers = { [Id in RouteId]: Handler<Id> };
