import type { CallInput } from '../../../client/client.ts';
import {
  type AuthenticationDraft,
  authenticationOf,
  authOf,
  emptyAuthentication,
  withoutSecretsOfAuthentication,
} from './authentication-draft.ts';
import type { Connection } from './connection.ts';
import {
  emptySettings,
  type SettingsDraft,
  settingsDraftOf,
  settingsOf,
  withoutSecretsOfSettings,
} from './settings-draft.ts';

export type ConnectionBody = CallInput<'replaceConnection'>['body'];

/**
 * A connection as its form holds it: the fields of all kinds of authentication side by side, so that choosing another
 * kind and back loses nothing. Numbers and lengths of time are texts, as people type them.
 */
export type ConnectionDraft = AuthenticationDraft &
  SettingsDraft & {
    name: string;
    description: string;
    baseUrl: string;
    /** The path of the first destination, moved from a pasted Base URL; not part of the connection. */
    firstPath: string;
    port: string;
  };

export const emptyDraft: ConnectionDraft = {
  name: '',
  description: '',
  baseUrl: '',
  firstPath: '',
  port: '',
  ...emptyAuthentication,
  ...emptySettings,
};

export function draftOf({ name, description, baseUrl, port, auth, settings }: Connection): ConnectionDraft {
  return {
    name,
    description,
    baseUrl,
    firstPath: '',
    port: port === null ? '' : String(port),
    ...authenticationOf(auth),
    ...settingsDraftOf(settings),
  };
}

/** The body that saves a draft over what is stored (null: nothing yet). */
export function bodyOf(draft: ConnectionDraft, stored: Connection | null): ConnectionBody {
  return {
    ...(stored === null ? {} : { type: stored.type, status: stored.status }),
    name: draft.name.trim(),
    description: draft.description,
    baseUrl: draft.baseUrl.trim(),
    port: draft.port.trim() === '' ? null : Number(draft.port),
    auth: authOf(draft, stored?.auth ?? null),
    settings: settingsOf(draft),
  };
}

/** What of a draft this browser may keep: everything but secrets that were typed. */
export function withoutSecrets(draft: ConnectionDraft): Partial<ConnectionDraft> {
  return withoutSecretsOfSettings(withoutSecretsOfAuthentication(draft));
}
