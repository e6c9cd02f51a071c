import { connectionForm as words } from '../../messages/en/connection-form.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { durationOf } from '../../parts/form/duration-text.ts';
import { readClaims } from './authentication-draft.ts';
import type { ConnectionDraft } from './connection-draft.ts';
import { settingsProblems } from './settings-draft.ts';

const w = words.problems;
const day = 86_400_000;

/** What the form itself can tell to be wrong, by the field's name in the API. The server decides again. */
export function problemsOf(draft: ConnectionDraft): Record<string, string> {
  const problems: [path: string, problem: string | null][] = [
    ['name', needed(draft.name)],
    ['baseUrl', needed(draft.baseUrl) ?? address(draft.baseUrl)],
    ['port', whole(draft.port, 1, 65_535)],
    ...authenticationProblems(draft),
    ...settingsFound(draft),
  ];
  return Object.fromEntries(problems.filter((one): one is [string, string] => one[1] !== null));
}

type Found = [path: string, problem: string | null][];

function authenticationProblems(draft: ConnectionDraft): Found {
  if (draft.authType !== 'oauth2') return [];
  const pairs = (list: ConnectionDraft['extraParams'], path: string): Found =>
    list.map(({ name }) => [`${path}.${name.trim()}`, needed(name) ?? (isTwice(list, name) ? w.twice : null)]);
  const assertion = (given: ConnectionDraft['clientAssertion'], path: string): Found => [
    [`${path}.lifetimeMs`, duration(given.lifetime, 1_000, day)],
    [`${path}.claims`, readClaims(given.claims) === null ? w.object : null],
    [`${path}.privateKey`, given.privateKey === null || given.privateKey === '' ? terms.enterValue : null],
  ];
  return [
    ['auth.clientId', needed(draft.clientId)],
    ['auth.tokenFields.accessToken', needed(draft.tokenAt)],
    ['auth.accessTokenUrl', needed(draft.accessTokenUrl) ?? address(draft.accessTokenUrl)],
    ...(draft.grant === 'password' ? ([['auth.username', needed(draft.username)]] as Found) : []),
    ...(draft.grant === 'jwt' && draft.jwtSource === 'signed' ? assertion(draft.jwtAssertion, 'auth.assertion') : []),
    ...(draft.clientAuth === 'private_key_jwt' ? assertion(draft.clientAssertion, 'auth.clientAssertion') : []),
    ...pairs(draft.extraParams, 'auth.extraParams'),
    ...pairs(draft.extraHeaders, 'auth.extraHeaders'),
    ...draft.refreshOn.map(({ status }, index): Found[number] => [
      `auth.refreshOn.${index}.status`,
      needed(status) ?? whole(status, 200, 599),
    ]),
  ];
}

function settingsFound(draft: ConnectionDraft): Found {
  const until = draft.signingPreviousUntil.trim();
  return [
    ...Object.entries(settingsProblems(draft)),
    ...draft.headers.map(({ name }, index): Found[number] => [`settings.headers.${index}.name`, needed(name)]),
    ['settings.signing.header', draft.signing === 'hmac' ? needed(draft.signingHeader) : null],
    ['settings.signing.format', draft.signing === 'hmac' ? needed(draft.signingFormat) : null],
    [
      'settings.signing.previousUntil',
      draft.signing !== 'none' && until !== '' && Number.isNaN(Date.parse(until)) ? w.time : null,
    ],
  ];
}

const needed = (text: string) => (text.trim() === '' ? terms.enterValue : null);

function address(text: string): string | null {
  const url = URL.parse(text.trim());
  return url === null || !/^https?:$/.test(url.protocol) ? w.address : null;
}

function whole(text: string, min: number, max: number): string | null {
  if (text.trim() === '') return null;
  const value = Number(text);
  return Number.isInteger(value) && value >= min && value <= max ? null : w.whole(min, max);
}

function duration(text: string, min: number, max: number): string | null {
  const ms = durationOf(text);
  if (ms === null) return w.duration;
  return ms >= min && ms <= max ? null : w.between(formatDuration(min), formatDuration(max));
}

const isTwice = (list: readonly { name: string }[], name: string) =>
  list.filter((one) => one.name.trim() === name.trim()).length > 1;
