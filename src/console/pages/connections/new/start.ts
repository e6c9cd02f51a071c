import type { CallInput } from '../../../../client/client.ts';
import { rows } from '../../../parts/form/rows.ts';
import type { Preset } from '../../../presets/presets.ts';
import { type ConnectionDraft, emptyDraft } from '../form/connection-draft.ts';
import type { Destination } from '../usage.ts';

export type DestinationBody = CallInput<'createDestination'>['body'];

/** The initial form of a new connection, and the destinations that are created with it. */
export type Start = { draft: ConnectionDraft; destinations: readonly DestinationBody[] };

/** The form of a preset. */
export function connectionOf(preset: Preset): ConnectionDraft {
  const { name, baseUrl, authentication, headers } = preset;
  return {
    ...emptyDraft,
    name,
    baseUrl,
    headers: rows(headers),
    authType: authentication.type,
    ...(authentication.type === 'basic' ? { username: authentication.username } : {}),
    ...(authentication.type === 'oauth2'
      ? {
          grant: authentication.grant,
          accessTokenUrl: authentication.accessTokenUrl,
          scope: authentication.scope,
        }
      : {}),
  };
}

/** The destinations of a preset, disabled so that a person looks at them first. */
export function destinationBodies({ destinations }: Preset): DestinationBody[] {
  return destinations.map(({ sample: _sample, outcomes, ...body }) => ({
    ...body,
    status: 'disabled' as const,
    ...(outcomes === undefined ? {} : { settings: { outcomes } }),
  }));
}

/** A copy of a destination: disabled, and without the secrets of its headers. */
export function copyOf(
  { description, method, contentType, path, template, settings }: Destination,
  name: string,
): DestinationBody {
  const headers = settings.headers.map((one) => (one.secret ? { ...one, value: null } : one));
  return {
    name,
    description,
    method,
    contentType,
    path,
    template,
    status: 'disabled',
    settings: { ...settings, headers } as NonNullable<DestinationBody['settings']>, // GET's form of settings is what a write takes
  };
}

/** A form without the marks of another connection's secrets, which can't be copied. */
export function withoutMarks(draft: ConnectionDraft): ConnectionDraft {
  return JSON.parse(JSON.stringify(draft, (_name, value) => (isMark(value) ? null : value))); // a draft is plain data
}

const isMark = (value: unknown) => typeof value === 'object' && value !== null && 'set' in value;
