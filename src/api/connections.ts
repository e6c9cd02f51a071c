import { checkConnection } from '../connections/check-connection.ts';
import { testConnection } from '../connections/connection-test.ts';
import type { ConnectionBody } from '../contract/connection.ts';
import { connectionInput } from '../contract/connection.ts';
import { AppError, type FieldError } from '../contract/errors.ts';
import type { ApiParts, Call, Handlers } from './call.ts';
import { documentHandlers } from './document-handlers.ts';
import { documentsOf } from './documents.ts';
import type { Draft, Kind } from './kind.ts';
import { isObject } from './merge-patch.ts';
import { holdsSecret } from './secret-places.ts';
import { invalid } from './validate.ts';

/** Connections: their checks before saving, and testing them. */
export function connectionHandlers(parts: ApiParts) {
  const kind = connectionKind(parts);
  const documents = documentsOf(kind, parts);
  const { egress, isHttpAllowed, now, newId } = parts;
  const door = { egress, isHttpAllowed, now, newId: () => newId('request') };

  /**
   * The unsaved connection of a test; given the id of a stored one, marks stand for its secrets. What would keep it from
   * being saved is for the test's steps to tell.
   */
  function unsaved(call: Call<'testUnsavedConnection'>): ConnectionBody {
    const { snapshot } = parts.pipeline.configuration;
    const id = isObject(call.json) && typeof call.json['id'] === 'string' ? call.json['id'] : null;
    const before = id === null ? null : documents.find(snapshot, id);
    const { body, kept } = documents.parse(call.json, { before, parent: null });
    const exposed = exposedSecrets({ body, before, kept, snapshot });
    if (exposed.length > 0) throw invalid(exposed);
    return body;
  }

  const handlers: Handlers<'testConnection' | 'testUnsavedConnection'> = {
    testConnection({ params }) {
      const { body } = documents.find(parts.pipeline.configuration.snapshot, params.id);
      return answerOf(testConnection({ connection: body, door }));
    },
    testUnsavedConnection: (call) => answerOf(testConnection({ connection: unsaved(call), door })),
  };
  return { ...documentHandlers('connection', 'connections', documents), ...handlers };
}

type Tested = Awaited<ReturnType<typeof testConnection>>;
type Steps = Awaited<ReturnType<Handlers<'testConnection'>['testConnection']>>;

async function answerOf(tested: Promise<Tested>): Promise<Steps> {
  const { ok, steps } = await tested;
  return { ok, steps: steps as Steps['steps'] }; // connections/ names the same closed lists as text
}

function connectionKind(parts: ApiParts): Kind<'connection'> {
  return {
    kind: 'connection',
    input: connectionInput,
    wholes: [],
    readOnly: [],
    complete: (input) => input,
    scopeOf: () => '',
    check(draft) {
      const { egress, isHttpAllowed } = parts;
      const check = (url: string) => egress.check(url);
      const errors = checkConnection({ connection: draft.body, check, isHttpAllowed });
      if (errors.some((one) => one.code === 'blocked_address'))
        throw new AppError('blocked_address', errors.find((one) => one.code === 'blocked_address')?.detail, { errors });
      if (errors.length > 0) throw invalid(errors);
      const exposed = exposedSecrets(draft);
      if (exposed.length > 0) throw invalid(exposed);
      return [];
    },
    usersOf: (id, { documents }) =>
      [...documents.destination.values()]
        .filter((one) => one.body.connectionId === id)
        .map((one) => ({ kind: 'destination', id: one.id, name: one.body.name })),
    shownBeside: async ({ id }) => ({ health: await parts.pipeline.outlook.health(id) }),
    placeOfName: (name) => ({ name, parent: null }),
    withIds: (json) => json,
  };
}

/**
 * Stored secrets that the draft would send to another host than the one they were given for: they must be given again,
 * else whoever may edit a connection could read its secrets by having them sent to himself.
 */
function exposedSecrets({ body, before, kept, snapshot }: Draft<'connection'>): FieldError[] {
  if (before === null) return [];
  const again = 'The address changed; send this secret again.';
  const asked = (pointers: readonly string[]) => pointers.map((pointer) => ({ pointer, detail: again }));
  if (isElsewhere(before.body.baseUrl, body.baseUrl)) {
    const own = [...snapshot.documents.destination.values()].filter(
      (one) => one.body.connectionId === before.id && holdsSecret(one.body.settings.headers),
    );
    const names = own.map((one) => one.body.name).join(', ');
    const detail = `Destinations have secret headers that would go to another host; remove these first: ${names}.`;
    return [...asked(kept), ...(own.length > 0 ? [{ pointer: '/baseUrl', detail }] : [])];
  }
  const tokenUrl = (auth: ConnectionBody['auth']) => (auth.type === 'oauth2' ? auth.accessTokenUrl : null);
  const [oldToken, newToken] = [tokenUrl(before.body.auth), tokenUrl(body.auth)];
  const [oldProxy, newProxy] = [before.body.settings.proxy?.url ?? null, body.settings.proxy?.url ?? null];
  return asked(
    kept.filter(
      (pointer) =>
        (pointer.startsWith('/auth/') && isElsewhere(oldToken, newToken)) ||
        (pointer.startsWith('/settings/proxy/') && isElsewhere(oldProxy, newProxy)),
    ),
  );
}

/** Whether a new address names another host, or the same one without encryption. */
function isElsewhere(before: string | null, after: string | null): boolean {
  if (before === null || after === null) return false;
  const [from, to] = [URL.parse(before), URL.parse(after)];
  if (from === null || to === null) return before !== after;
  return from.hostname !== to.hostname || (from.protocol === 'https:' && to.protocol === 'http:');
}
