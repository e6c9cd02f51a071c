import { certificateExpiry } from '../../connections/certificate-expiry.ts';
import { checkConnection } from '../../connections/check-connection.ts';
import { baseOrigin, movedAddress, originOf, proxyOrigin } from '../../connections/connection-address.ts';
import { testConnection } from '../../connections/connection-test.ts';
import { openapiFetcher } from '../../connections/fetch-openapi.ts';
import { replacedHeaders } from '../../connections/own-headers.ts';
import { secretExpiry } from '../../connections/secret-expiry.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import { connectionInput } from '../../contract/documents/connection.ts';
import { endsSoonMs } from '../../contract/documents/ends-soon.ts';
import { AppError, type FieldError, invalid, invalidOrBlocked } from '../../contract/errors.ts';
import { isObject } from '../../contract/json.ts';
import type { ApiParts, Call, Handlers, OutputOf } from '../call/call.ts';
import type { Draft, Kind } from './document-kind.ts';
import { documentHandlers, documentsOf } from './documents.ts';
import { holdsSecret, secretPointers, withoutSecrets } from './secret-fields.ts';
import { destinationCounts, isUsed, usedBy } from './usage.ts';

/** Connections, their checks before saving, and connection tests. */
export function connectionHandlers(parts: ApiParts) {
  const kind = connectionKind(parts);
  const documents = documentsOf(kind, parts);
  const { egress, isHttpAllowed, refreshTokens, now, newId } = parts;
  const fetchOpenapi = openapiFetcher({ egress, now });
  const http = { egress, isHttpAllowed, refreshTokens, now, newId: () => newId('request') };

  /**
   * The unsaved connection of a test. With the id of a stored connection, secret marks refer to its secrets. Problems
   * that would prevent saving are reported by the steps of the test.
   */
  function unsaved(call: Call<'testUnsavedConnection'>): { id: string | null; connection: ConnectionBody } {
    const { snapshot } = parts.pipeline.configuration;
    const id = isObject(call.json) && typeof call.json['id'] === 'string' ? call.json['id'] : null;
    const before = id === null ? null : documents.find(snapshot, id);
    const { body, kept } = documents.parse(call.json, { before, parent: null });
    const exposed = exposedSecrets({ body, before, kept, snapshot });
    if (exposed.length > 0) throw invalid(exposed);
    return { id, connection: body };
  }

  const { queueStatus, askOwner, configuration } = parts.pipeline;
  const find = (id: string) => documents.find(configuration.snapshot, id);

  /** The connections that hold deliveries, are enabled and not well, or have a secret that ends. */
  async function connectionsIn(state: 'held' | 'needs_attention' | 'expiring'): Promise<Set<string>> {
    const all = [...configuration.snapshot.documents.connection.values()];
    const found = await Promise.all(
      all.map(async ({ id, body }) => {
        const health = await queueStatus.health(id);
        const isIn = {
          held: health.held > 0,
          needs_attention: body.status === 'enabled' && health.state !== 'ok',
          expiring: [health.secretExpiresAt, health.certificateExpiresAt].some(
            (at) => at !== null && Date.parse(at) - now() <= endsSoonMs,
          ),
        };
        return isIn[state] ? [id] : [];
      }),
    );
    return new Set(found.flat());
  }

  return {
    ...documentHandlers('connection', documents),
    async listConnections({ query, may }) {
      const { authType, state, used } = query;
      if (used !== undefined && !may('actions:view'))
        throw new AppError('forbidden', 'The filter used needs the right actions:view.');
      // What it holds and its health are not part of the document.
      const isOfHealth = state === 'held' || state === 'needs_attention' || state === 'expiring';
      const inState = isOfHealth ? await connectionsIn(state) : null;
      const page = await documents.list(query, null, ({ id, body }, snapshot) => {
        const hasState = inState === null ? state === undefined || body.status === state : inState.has(id);
        const hasType = authType === undefined || body.auth.type === authType;
        return hasState && hasType && (used === undefined || isUsed(id, snapshot) === used);
      });
      if (query.usage !== true) return page;
      const { snapshot } = configuration;
      const usage = page.data.map(({ id }) => ({
        id,
        ...destinationCounts(id, snapshot),
        usedBy: usedBy(id, snapshot, may),
      }));
      return { ...page, usage };
    },
    async probeConnection({ params, record }) {
      const { id, body } = find(params.id);
      if (body.status !== 'enabled')
        throw new AppError('conflict', `The connection is ${body.status}, so nothing is sent. Resume it first.`);
      await askOwner(id, 'probe', { connectionId: id });
      await record({ id, name: body.name });
      return queueStatus.health(id);
    },
    async releaseConnection({ params, record }) {
      const { id, body } = find(params.id);
      const released = await askOwner(id, 'release', { connectionId: id });
      await record({ id, name: body.name });
      return { ...released, health: await queueStatus.health(id) };
    },
    async testConnection({ params, record }) {
      const { id, body } = find(params.id);
      await record({ id, name: body.name });
      const tested = await responseOf(testConnection({ connection: body, http, id }));
      if (tested.ok && body.auth.type === 'oauth2') await askOwner(id, 'endTokenPause', { connectionId: id });
      return tested;
    },
    async fetchOpenapi({ body, record }) {
      const { url } = body();
      // Without its path, which can hold a key.
      await record({ id: null, name: `OpenAPI document of ${URL.parse(url)?.host ?? 'an unreadable URL'}` });
      return fetchOpenapi(url);
    },
    async testUnsavedConnection(call) {
      const { id, connection } = unsaved(call);
      await call.record({ id: null, name: connection.name });
      return responseOf(testConnection({ connection, http, id }));
    },
  } satisfies Partial<Handlers>;
}

type Tested = Awaited<ReturnType<typeof testConnection>>;
type Steps = OutputOf<'testConnection'>;

async function responseOf(tested: Promise<Tested>): Promise<Steps> {
  const { ok, steps } = await tested;
  return { ok, steps: steps as Steps['steps'] }; // connections/ names the same closed lists as text
}

function warningsOf({ auth, settings }: ConnectionBody, now: number): string[] {
  const expired = (name: string, at: number | null) =>
    at !== null && at <= now ? [`The ${name} expired at ${new Date(at).toISOString()}. Enter a new one.`] : [];
  return [
    ...expired('token', secretExpiry(auth)?.getTime() ?? null),
    ...expired('client certificate', certificateExpiry(settings.tls)),
    ...settings.headers
      .filter(({ value }) => typeof value === 'string' && value.includes('{{'))
      .map(({ name }) => `The header ${name} is sent as it is: only headers of destinations can have tags.`),
  ];
}

/** Headers of its destinations that a changed connection sets itself. */
function replacedInDestinations({ body, before, snapshot }: Pick<Draft<'connection'>, 'body' | 'before' | 'snapshot'>) {
  const destinations = before === null ? [] : [...snapshot.destinationsOf(before.id)];
  return destinations.flatMap((id) => {
    const destination = snapshot.documents.destination.get(id)?.body;
    if (destination === undefined) return [];
    return replacedHeaders(body, destination).map((warning) => `Destination ${destination.name}: ${warning}`);
  });
}

export function connectionKind(parts: ApiParts): Kind<'connection'> {
  return {
    kind: 'connection',
    input: connectionInput,
    check(draft) {
      const { egress, isHttpAllowed } = parts;
      const check = (url: string) => egress.check(url);
      const errors = checkConnection({ connection: draft.body, check, isHttpAllowed });
      if (errors.length > 0) throw invalidOrBlocked(errors);
      const exposed = exposedSecrets(draft);
      if (exposed.length > 0) throw invalid(exposed);
      return [...warningsOf(draft.body, parts.now()), ...replacedHeaders(draft.body), ...replacedInDestinations(draft)];
    },
    // Secrets are not restored for another address: the current one may have replaced it for a reason.
    rolledBack: withoutExposedSecrets,
    shownWith: async ({ id }) => ({ health: await parts.pipeline.queueStatus.health(id) }),
  };
}

/**
 * Stored secrets that a draft would send to another address (scheme, host or port), or through another proxy, than they
 * were given for. They must be given again: otherwise a person who can edit a connection but not read its secrets could
 * have them sent to a server of their own. Secret headers of destinations can't be given here and must be removed
 * first.
 */
function exposedSecrets({ body, before, kept, snapshot }: Omit<Draft<'connection'>, 'programs'>): FieldError[] {
  if (before === null) return [];
  const moved = movedAddress(before.body, body);
  const errors = kept
    .filter(exposureOf(before.body, body))
    .map((pointer) => ({ pointer, detail: 'The address changed. Send this secret again with the new address.' }));
  if (moved === null) return errors;
  const holders = [...snapshot.documents.destination.values()].filter(
    (one) => one.body.connectionId === before.id && holdsSecret(one.body.settings.headers),
  );
  if (holders.length === 0) return errors;
  const names = holders.map((one) => one.body.name).join(', ');
  const detail = `Destinations have secret headers that would be sent to another address. Remove them first: ${names}.`;
  return [...errors, { pointer: moved, detail }];
}

/**
 * An old version of a connection without the secrets that would be sent to another address than those of the current
 * version. A client certificate keeps its private key, which is never sent.
 */
function withoutExposedSecrets(old: ConnectionBody, present: ConnectionBody): ConnectionBody {
  const isExposed = exposureOf(present, old);
  return withoutSecrets(old, (pointer) => isExposed(pointer) && pointer !== '/settings/tls/key');
}

/** Returns a function that decides by pointer whether a secret of `after` is sent to another address than in `before`. */
function exposureOf(before: ConnectionBody, after: ConnectionBody): (pointer: string) => boolean {
  const isMoved = movedAddress(before, after) !== null;
  const isProxyMoved = proxyOrigin(before) !== proxyOrigin(after);
  const held = new Set(secretPointers({ auth: before.auth }));
  return (pointer) => {
    if (pointer.startsWith('/settings/proxy/')) return isProxyMoved;
    // Credentials of another kind that a rollback restores have their own address.
    return isMoved || (held.has(pointer) && credentialsOrigin(before) !== credentialsOrigin(after));
  };
}

/** The origin that the credentials themselves are sent to. */
function credentialsOrigin(connection: ConnectionBody): string {
  const { auth } = connection;
  return auth.type === 'oauth2' ? originOf(auth.accessTokenUrl) : baseOrigin(connection);
}
