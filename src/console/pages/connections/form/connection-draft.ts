import type { CallInput } from '../../../../client/client.ts';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { connectionForm as words } from '../../../messages/en/connection-form.ts';
import {
  block,
  bodyBy,
  type DraftOf,
  draftBy,
  number,
  problemsBy,
  text,
  url,
} from '../../../parts/form/form-fields.ts';
import type { Connection } from '../connection.ts';
import {
  type AuthenticationDraft,
  authenticationOf,
  authenticationProblems,
  authOf,
  emptyAuthentication,
  withoutSecretsOfAuthentication,
} from './authentication-draft.ts';
import {
  emptySettings,
  type SettingsDraft,
  settingsDraftOf,
  settingsOf,
  settingsProblems,
  withoutSecretsOfSettings,
} from './settings-draft.ts';

type Body = CallInput<'replaceConnection'>['body'];

export const basicFields = {
  name: text('name'),
  description: block('description'),
  baseUrl: url('baseUrl'),
  port: number('port'),
};

/**
 * A connection as its form holds it: the fields of all kinds of authentication side by side, so that choosing another
 * kind and back loses nothing. Numbers and durations are texts, as people type them.
 */
export type ConnectionDraft = DraftOf<typeof basicFields> &
  AuthenticationDraft &
  SettingsDraft & {
    /** The path of the first destination, moved from a pasted Base URL; not part of the connection. */
    firstPath: string;
  };

export const emptyDraft: ConnectionDraft = {
  ...draftBy(basicFields, facts, null),
  ...emptyAuthentication,
  ...emptySettings,
  firstPath: '',
};

export function draftOf(stored: Connection): ConnectionDraft {
  return {
    ...draftBy(basicFields, facts, stored),
    ...authenticationOf(stored.auth),
    ...settingsDraftOf(stored.settings),
    firstPath: '',
  };
}

/** The body that saves a draft over what is stored (null: nothing yet). */
export function bodyOf(draft: ConnectionDraft, stored: Connection | null): Body {
  return {
    ...(stored === null ? {} : { type: stored.type, status: stored.status }),
    ...(bodyBy(basicFields, facts, draft) as Pick<Body, 'name' | 'baseUrl'>), // each value by its path
    auth: authOf(draft, stored?.auth ?? null),
    settings: settingsOf(draft),
  };
}

/** What the form itself finds wrong, by path. The server decides again. */
export const problemsOf = (draft: ConnectionDraft): Record<string, string> => ({
  ...problemsBy(basicFields, facts, draft, words.fields),
  ...authenticationProblems(draft),
  ...settingsProblems(draft),
});

/** The draft that a browser may keep: everything but secrets that were typed. */
export const withoutSecrets = (draft: ConnectionDraft): ConnectionDraft =>
  withoutSecretsOfSettings(withoutSecretsOfAuthentication(draft));
