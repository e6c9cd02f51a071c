import { textFinder } from '../../connections/multi-pattern-search.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import { secretForms } from '../../contract/secret-forms.ts';
import type { Settlement } from '../../journal/journal.ts';
import type { RedactionPolicy } from './redaction-policy.ts';

const masked = '[masked]';
/** Masking shorter values would remove parts of ordinary text. */
const valueLengthMin = 4;

/**
 * The bounds of masking one exchange on the main thread: the values, and their characters in all, that are searched for
 * in all their forms; the size of a searched body; the characters that are compared for one text. Content over a bound
 * is withheld as a whole.
 */
export const maskingMax = {
  values: 1_000,
  valueCharacters: 16_384,
  bodyCharacters: 524_288,
  compared: 32_000_000,
} as const;

/**
 * Reduces settlements to the content that may be stored. `events` are the events of the exchanges; their masked values
 * are collected once, at the first settlement.
 */
export function redactor(
  redaction: RedactionPolicy,
  events: readonly Event[],
  now: number,
): (settlement: Settlement) => Settlement {
  const { bodiesMs, isMasked } = redaction;
  let mask: Hide | undefined;
  const hide: Hide = (text) => {
    if (isMasked === null) return text;
    mask ??= valueMask(events, isMasked);
    return mask(text);
  };
  return (settlement) => {
    const { rendered, ...rest } = settlement;
    const isEnd = settlement.dueAt === null && settlement.status !== 'held';
    const until = isEnd && bodiesMs !== null && bodiesMs > 0 ? { bodiesUntil: now + bodiesMs } : {};
    if (bodiesMs !== 0 && isMasked === null) return { ...settlement, ...until };
    // Without the rendered request, which is not stored as it was sent: a later attempt renders again.
    return {
      ...rest,
      ...until,
      detail: settlement.detail === null ? null : (hide(settlement.detail) ?? masked),
      log: settlement.log.map((attempt) => keptAttempt(attempt, redaction, hide)),
    };
  };
}

/** A text without the masked values; null: the bounds of `maskingMax` do not allow to search it. */
type Hide = (text: string) => string | null;
type Fits = (name: string) => boolean;

function keptAttempt(attempt: Attempt, { bodiesMs, isMasked }: RedactionPolicy, hide: Hide): Attempt {
  const fits = isMasked ?? (() => false);
  const message = <M extends { headers: [string, string][]; body: string | null; bodyBytes?: number | undefined }>(
    one: M,
  ): M => {
    const { body } = one;
    const isForm = one.headers.some(([name, value]) => /^content-type$/i.test(name) && /form-urlencoded/i.test(value));
    const shown =
      body === null || bodiesMs === 0 ? null : isMasked === null ? body : keptBody(body, isForm, fits, hide);
    const headers = one.headers.map(([name, value]): [string, string] => [
      name,
      fits(name) ? masked : (hide(value) ?? masked),
    ]);
    const isGone = body !== null && shown === null;
    return { ...one, headers, body: shown, ...(isGone ? { bodyBytes: Buffer.byteLength(body) } : {}) };
  };
  const { request, response, error } = attempt;
  return {
    ...attempt,
    request: request && { ...message(request), url: maskUrl(request.url, fits, hide) },
    response: response && message(response),
    error: error && { ...error, message: hide(error.message) ?? masked },
  };
}

/** A body without its masked content; null when it looks like JSON but does not parse. */
function keptBody(body: string, isForm: boolean, fits: Fits, hide: Hide): string | null {
  if (body.length > maskingMax.bodyCharacters) return withheld(body);
  if (isForm) return hide(maskForm(body, fits)) ?? withheld(body);
  if (!/^\s*[[{]/.test(body)) return hide(body) ?? withheld(body);
  try {
    const parsed: unknown = JSON.parse(body);
    const after = walk(parsed, '', fits);
    return hide(after === parsed ? body : JSON.stringify(after)) ?? withheld(body);
  } catch {
    return null;
  }
}

const withheld = (body: string) =>
  `[masked: the whole body of ${Buffer.byteLength(body)} bytes, which is too large or has too many masked values to mask one by one]`;

function walk(value: unknown, name: string, fits: Fits): unknown {
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

function maskUrl(url: string, fits: Fits, hide: Hide): string {
  const at = url.indexOf('?');
  const named = at < 0 ? url : `${url.slice(0, at)}?${maskForm(url.slice(at + 1), fits)}`;
  return hide(named) ?? masked;
}

function maskForm(text: string, fits: Fits): string {
  const pairs = text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 0) return pair;
    const written = pair.slice(0, at);
    const name = /[%+]/.test(written) ? (new URLSearchParams(written).keys().next().value ?? '') : written;
    return fits(name) ? `${written}=${masked}` : pair;
  });
  return pairs.join('&');
}

/**
 * Masks the string values of the events' matching fields, wherever a text contains one and in all their forms. The
 * shortest values are searched for; if there are too many, a text that is long enough to contain one of the others is
 * withheld.
 */
function valueMask(events: readonly Event[], fits: Fits): Hide {
  const values = new Set<string>();
  const gather = (value: unknown, name: string, isMeant: boolean): void => {
    const meant = isMeant || (name !== '' && fits(name));
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value))
        gather(inner, Array.isArray(value) ? name : name === '' ? key : `${name}.${key}`, meant);
    else if (meant) {
      const text = String(value);
      if (text.length >= valueLengthMin) values.add(text);
    }
  };
  for (const { data, ext, session } of events) {
    gather(data, '', false);
    gather(ext, 'ext', false);
    gather(session, 'session', false);
  }
  if (values.size === 0) return (text) => text;

  const finder = textFinder(valueLengthMin);
  let withheldFrom = Number.POSITIVE_INFINITY;
  let characters = 0;
  for (const [at, value] of [...values].sort((a, b) => a.length - b.length).entries()) {
    characters += value.length;
    if (at >= maskingMax.values || characters > maskingMax.valueCharacters) {
      // Every form of a value is at least as long as the value.
      withheldFrom = value.length;
      break;
    }
    for (const form of secretForms(value)) if (form.length >= valueLengthMin) finder.add(form);
  }
  return (text) => (text.length >= withheldFrom ? null : finder.replaceWithin(text, masked, maskingMax.compared));
}
