import { type ConnectionDraft, emptyDraft } from '../../../parts/connection/form/connection-draft.ts';
import { rows } from '../../../parts/form/rows.ts';
import { isName, member, noteOf, withoutTags } from '../record-template.ts';
import { type CurlRequest, unescaped } from './curl-command.ts';
import { isPersonal, withoutPerson } from './sample-person.ts';

const methods = ['POST', 'GET', 'PUT', 'PATCH'] as const;

/** Headers that the transport or the destination sets, or that mean nothing outside a browser. */
const notTaken =
  /^(content-type|content-length|host|connection|accept|accept-encoding|idempotency-key|user-agent|origin|referer|sec-.*|te)$/i;
const secretName = /auth|key|token|secret|signature|cookie|password/i;

/** A connection and a destination that do what a cURL command does. The template is made from its body. */
export function startOf({ method, url, headers, user, body, kept = [] }: CurlRequest) {
  const { origin, protocol, hostname, port, pathname, search } = new URL(url);
  const header = (name: string) => headers.find(([one]) => one.toLowerCase() === name)?.[1];
  const contentType = header('content-type') ?? 'application/json';
  const signedIn = authenticationOf(header('authorization'), user);
  const draft: ConnectionDraft = {
    ...emptyDraft,
    name: hostname,
    baseUrl: port === '' ? origin : `${protocol}//${hostname}`,
    port,
    ...signedIn,
    headers: rows(
      headers
        .filter(([name]) => !notTaken.test(name) && !(signedIn !== null && name.toLowerCase() === 'authorization'))
        .map(([name, value]) => ({ name, value, isSecret: secretName.test(name) })),
    ),
  };
  const path = withoutPerson(withoutTags(`${pathname === '/' && search !== '' ? '' : pathname}${search}`), kept);
  const made = body === null ? null : templateOf(body, contentType, kept);
  const destination = {
    name: nameOf(pathname),
    method: methods.find((one) => one === method) ?? 'POST',
    path: path.text,
    contentType,
    status: 'disabled' as const,
    ...(made === null ? {} : { template: made.text }),
  };
  const samples = [...new Set([...path.samples, ...(made?.samples ?? [])])];
  return { draft, destination, constants: body === null ? [] : constantsIn(body), samples };
}

/** Whether a connection can send with this method. */
export const isSendable = (method: string): boolean => methods.some((one) => one === method);

/** The last word of a path, as a name. */
function nameOf(pathname: string): string {
  const last = pathname.split('/').findLast((one) => /[a-z]/i.test(one)) ?? '';
  const words = unescaped(last)
    .replace(/[-_.]+/g, ' ')
    .trim();
  return words === '' ? 'Send' : words.charAt(0).toUpperCase() + words.slice(1);
}

function authenticationOf(header: string | undefined, user: CurlRequest['user']) {
  if (user !== null) return { authType: 'basic' as const, username: user.name, password: user.password };
  const [, scheme = '', value = ''] = /^(\w+)\s+(.+)$/.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return { authType: 'bearer' as const, token: value.trim() };
  if (scheme.toLowerCase() !== 'basic') return null;
  try {
    const [name = '', ...password] = atob(value.trim()).split(':');
    return { authType: 'basic' as const, username: name, password: password.join(':') };
  } catch {
    return null; // not Base64: it stays a header
  }
}

/**
 * A template that makes such a body: texts and numbers come from the record, the rest stays as it is. `samples`: what a text of
 * another kind has of a person.
 */
function templateOf(body: string, contentType: string, kept: readonly string[]): { text: string; samples: string[] } {
  const whole = (text: string) => ({ text, samples: [] });
  if (/urlencoded/i.test(contentType) && /^[^=&]+=/.test(body)) return whole(formTemplate(body));
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) {
      const made = literal(value, { path: [], pad: '  ', isInList: false });
      const declared = readsRecord(value) ? '  const record = it.data[0];\n' : '';
      return whole(`{{!\n${declared}  return JSON.stringify(${made});\n}}`);
    }
  } catch {
    // Any other text.
  }
  return body.includes('{{') ? whole(`{{! return ${JSON.stringify(body)}; }}`) : withoutPerson(body, kept);
}

function formTemplate(body: string): string {
  const pairs = body.split('&').map((pair) => pair.split('=', 1)[0] ?? '');
  return pairs.map((name) => `${withoutTags(name)}={{ ${member('it.data[0]', unescaped(name))} }}`).join('&');
}

type Place = { path: readonly string[]; pad: string; isInList: boolean };

const isRecordLike = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

/** A list of people, such as addresses or phone numbers to send to: they are the sample of a documentation, and no constant. */
const isSample = (value: readonly unknown[]): boolean =>
  value.length > 0 && value.every((one) => typeof one === 'string' && isPersonal(one));

/** Whether something outside of a list of records, which declares its own, is read from the record. */
function readsRecord(value: unknown): boolean {
  if (Array.isArray(value)) return isSample(value);
  if (isRecordLike(value)) return Object.values(value).some(readsRecord);
  return typeof value === 'string' || typeof value === 'number';
}

/**
 * A value as JavaScript in which the leaves that change from event to event are read from the record. A list of objects has
 * one for each record of the request, like the first one.
 */
function literal(value: unknown, { path, pad, isInList }: Place): string {
  const inner = `${pad}  `;
  if (Array.isArray(value)) {
    const [first] = value;
    const field = member('record', path.join('.'));
    if (isSample(value)) return value.length === 1 ? `[${field}]` : `[${field}].flat()`;
    if (!isRecordLike(first)) return JSON.stringify(value);
    // A list within a record is a list of its event.
    if (isInList) return field;
    return `it.data.map((record) => (${literal(first, { path: [], pad, isInList: true })}))`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{}';
    const lines = entries.map(
      ([name, one]) =>
        `${inner}${isName.test(name) ? name : JSON.stringify(name)}: ${literal(one, { path: [...path, name], pad: inner, isInList })},${valueNote(one)}\n`,
    );
    return `{\n${lines.join('')}${pad}}`;
  }
  return typeof value === 'string' || typeof value === 'number'
    ? member('record', path.join('.'))
    : JSON.stringify(value);
}

/** What a template made of this body sends as it is in the command, for every event: `tags: ["vip"]`. */
function constantsIn(body: string): string[] {
  const found: string[] = [];
  const look = (value: unknown, path: string) => {
    if (Array.isArray(value)) {
      if (isRecordLike(value[0])) look(value[0], path);
      else if (!isSample(value)) found.push(`${path}: ${JSON.stringify(value)}`);
    } else if (isRecordLike(value))
      for (const [name, one] of Object.entries(value)) look(one, path === '' ? name : `${path}.${name}`);
    else if (typeof value !== 'string' && typeof value !== 'number') found.push(`${path}: ${JSON.stringify(value)}`);
  };
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) look(value, '');
  } catch {
    // Any other text has no parts.
  }
  return found;
}

/** What the command had in this place, on the same line. */
function valueNote(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? noteOf(JSON.stringify(value), 60) : '';
}
