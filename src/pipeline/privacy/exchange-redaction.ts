import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import { secretForms } from '../../contract/secret-forms.ts';
import type { Settlement } from '../../journal/journal.ts';
import { type OperatorRetention, retentionOf, settingsOf } from '../snapshot/effective-settings.ts';
import type { Configuration, Document, Snapshot } from '../snapshot/snapshot.ts';
import { fitting } from './field-masks.ts';

/** What is kept of the exchanges with a destination: for how long bodies (0: not at all; null: with the delivery), and what is masked. */
export type Keeping = { bodiesMs: number | null; isMasked: ((name: string) => boolean) | null };

const masked = '[masked]';
/** Shorter values would tear holes into ordinary text. */
const valueLengthMin = 4;
const valuesMax = 100;

/** null: everything, as long as the delivery; then there is nothing to do. */
export function keepingOf(
  snapshot: Pick<Snapshot, 'documents'>,
  operator: OperatorRetention,
  { settings }: Pick<DestinationBody, 'settings'>,
): Keeping | null {
  // A destination that was stored by an older version says nothing.
  const own: DestinationBody['settings']['bodies'] | undefined = settings.bodies;
  const limits = [own?.keepMs ?? null, retentionOf(snapshot, operator).bodiesMs].filter((ms) => ms !== null);
  const patterns = [...(own?.mask ?? []), ...settingsOf(snapshot).privacy.stored].map(fitting);
  if (limits.length === 0 && patterns.length === 0) return null;
  return {
    bodiesMs: limits.length === 0 ? null : Math.min(...limits),
    isMasked: patterns.length === 0 ? null : (name) => patterns.some((fits) => fits(name.toLowerCase())),
  };
}

export type Keepings = (destination: Pick<Document<DestinationBody>, 'id' | 'body'>) => Keeping | null;

/** The same for the present destinations, each found out once. */
export function keepings(configuration: Configuration, operator: OperatorRetention): Keepings {
  const known = new Map<string, Keeping | null>();
  configuration.watch((_, changes) => {
    if (changes.some(({ document: { kind } }) => kind === 'settings' || kind === 'destination')) known.clear();
  });
  return ({ id, body }) => {
    let keeping = known.get(id);
    if (keeping === undefined) {
      keeping = keepingOf(configuration.snapshot, operator, body);
      known.set(id, keeping);
    }
    return keeping;
  };
}

/** Whether later attempts have to render anew, since what was sent is not kept as it was. */
export const rendersAnew = (keeping: Keeping | null): boolean =>
  keeping !== null && (keeping.bodiesMs === 0 || keeping.isMasked !== null);

/** A settlement with that alone which may be kept of it. `events` are those that the exchange was about. */
export function kept(settlement: Settlement, keeping: Keeping, events: readonly Event[], now: number): Settlement {
  const { rendered, ...rest } = settlement;
  const isEnd = settlement.dueAt === null && settlement.status !== 'held';
  const until =
    isEnd && keeping.bodiesMs !== null && keeping.bodiesMs > 0 ? { bodiesUntil: now + keeping.bodiesMs } : {};
  if (!rendersAnew(keeping)) return { ...settlement, ...until };
  const { isMasked } = keeping;
  const hide = isMasked === null ? (text: string) => text : valueMask(events, isMasked);
  return {
    ...rest,
    ...until,
    detail: settlement.detail === null ? null : hide(settlement.detail),
    log: settlement.log.map((attempt) => keptAttempt(attempt, keeping, hide)),
  };
}

function keptAttempt(attempt: Attempt, { bodiesMs, isMasked }: Keeping, hide: (text: string) => string): Attempt {
  const fits = isMasked ?? (() => false);
  const message = <M extends { headers: [string, string][]; body: string | null; bodyBytes?: number | undefined }>(
    one: M,
  ): M => {
    const { body } = one;
    const isForm = one.headers.some(([name, value]) => /^content-type$/i.test(name) && /form-urlencoded/i.test(value));
    const shown =
      body === null || bodiesMs === 0 ? null : isForm ? maskForm(body, fits, hide) : maskBody(body, fits, hide);
    const headers = one.headers.map(([name, value]): [string, string] => [name, fits(name) ? masked : hide(value)]);
    const isGone = body !== null && shown === null;
    return { ...one, headers, body: shown, ...(isGone ? { bodyBytes: Buffer.byteLength(body) } : {}) };
  };
  const { request, response, error } = attempt;
  return {
    ...attempt,
    request: request && { ...message(request), url: maskUrl(request.url, fits, hide) },
    response: response && message(response),
    error: error && { ...error, message: hide(error.message) },
  };
}

/** A body with the values at fitting places masked; null when it looks like JSON and can't be looked through. */
function maskBody(body: string, fits: (name: string) => boolean, hide: (text: string) => string): string | null {
  if (!/^\s*[[{]/.test(body)) return hide(body);
  try {
    const parsed: unknown = JSON.parse(body);
    const after = walk(parsed, '', fits);
    return hide(after === parsed ? body : JSON.stringify(after));
  } catch {
    return null;
  }
}

function walk(value: unknown, name: string, fits: (name: string) => boolean): unknown {
  if (name !== '' && fits(name)) return value === null ? null : masked;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => walk(item, name, fits));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  let isChanged = false;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const after = walk(inner, name === '' ? key : `${name}.${key}`, fits);
    if (after !== inner) isChanged = true;
    return [key, after];
  });
  return isChanged ? Object.fromEntries(entries) : value;
}

function maskUrl(url: string, fits: (name: string) => boolean, hide: (text: string) => string): string {
  const at = url.indexOf('?');
  return at < 0 ? hide(url) : `${hide(url.slice(0, at))}?${maskForm(url.slice(at + 1), fits, hide)}`;
}

function maskForm(text: string, fits: (name: string) => boolean, hide: (text: string) => string): string {
  const pairs = text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const name = new URLSearchParams(at < 0 ? pair : pair.slice(0, at)).keys().next().value ?? '';
    return at >= 0 && fits(name) ? `${pair.slice(0, at)}=${masked}` : pair;
  });
  return hide(pairs.join('&'));
}

/** Masks what fitting fields of the events have as texts, wherever it stands and in every form of it. */
function valueMask(events: readonly Event[], fits: (name: string) => boolean): (text: string) => string {
  const values = new Set<string>();
  const gather = (value: unknown, name: string, isMeant: boolean): void => {
    const meant = isMeant || (name !== '' && fits(name));
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value))
        gather(inner, Array.isArray(value) ? name : name === '' ? key : `${name}.${key}`, meant);
    else if (meant && String(value).length >= valueLengthMin && values.size < valuesMax) values.add(String(value));
  };
  for (const { data, ext, session } of events) {
    gather(data, '', false);
    gather(ext, 'ext', false);
    gather(session, 'session', false);
  }
  const forms = [...new Set(Array.from(values, (value) => [...secretForms(value)]).flat())]
    .filter((form) => form.length >= valueLengthMin)
    .sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((hidden, form) => hidden.replaceAll(form, masked), text);
}
