import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { FieldMask, FieldPrivacy } from '../contract/documents/privacy.ts';
import { type DataValue, hopsKey, type IncomingEvent } from '../contract/records/event.ts';
import { compileWildcard } from '../rules/wildcard.ts';

/** Masks an event before any of it is stored; an event without a match is returned unchanged. */
export type FieldMasks = (event: IncomingEvent) => IncomingEvent;

/**
 * Senders choose the names of fields. A name of more than `nameLengthMax` characters matches every pattern, since
 * comparing it would take too long. Decisions are cached for names of at most `namesCharactersMax` characters in all,
 * each counted with `nameCost`.
 */
const nameLengthMax = 1_024;
const namesCharactersMax = 200_000;
const nameCost = 64;

/** Keys of `ext` that Millrace sets. */
const ourOwn: ReadonlySet<string> = new Set([`ext.${hopsKey}`, 'ext.trace']);

/**
 * Combines the rules of several documents, those of the first document first; null when there are none. Event names,
 * visitor and session ids are masked like the fields that contain them, unless a field that is kept contains them too.
 * An identity for deduplication then becomes a hash, so that different events stay different.
 */
export function compileMasks(rules: readonly FieldPrivacy[], hash: (text: string) => string): FieldMasks | null {
  const drops = rules.flatMap(({ drop }) => drop.map(fitting));
  const masks = rules.flatMap(({ mask }) =>
    mask.map((rule) => ({ fits: fitting(rule.field), change: masking(rule, hash) })),
  );
  const masksIp = rules.some(({ maskIp }) => maskIp);
  if (drops.length === 0 && masks.length === 0 && !masksIp) return null;

  const decide = perName((name): Decision => {
    if (ourOwn.has(name)) return null;
    if (drops.some((fits) => fits(name))) return 'drop';
    return masks.find(({ fits }) => fits(name))?.change ?? null;
  });

  function walkObject<T>(object: Record<string, T>, prefix: string, gone: Gone): Record<string, T> {
    let isChanged = false;
    const entries: [string, T][] = [];
    for (const [key, value] of Object.entries(object)) {
      const after = walk(value, prefix + key, gone);
      if (after !== value) isChanged = true;
      if (after !== undefined) entries.push([key, after as T]); // texts stay texts
    }
    // Object.fromEntries defines own properties for any name.
    return isChanged ? Object.fromEntries(entries) : object;
  }

  /** The value to store; undefined: the field is dropped. */
  function walk(value: unknown, name: string, gone: Gone): unknown {
    const decision = decide(name);
    if (decision === 'drop') {
      eachText(value, (text) => gone.set(text, null));
      return undefined;
    }
    if (decision !== null)
      return eachText(value, (text) => {
        const after = decision(text);
        gone.set(text, after);
        return after;
      });
    if (typeof value === 'string') {
      const after = masksIp ? withoutHost(value) : value;
      if (after !== value) gone.set(value, after);
      return after;
    }
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => walk(item, name, gone));
      return items.some((item, i) => item !== value[i]) ? items.filter((item) => item !== undefined) : value;
    }
    return typeof value === 'object' && value !== null
      ? walkObject(value as Record<string, unknown>, `${name}.`, gone) // neither a list nor null
      : value;
  }

  return (event) => {
    const gone: Gone = new Map();
    const data = walkObject<DataValue>(event.data, '', gone);
    const ext = walkObject(event.ext, 'ext.', gone);
    const session = walkObject(event.session, 'session.', gone);
    if (data === event.data && ext === event.ext && session === event.session) return event;
    for (const value of Object.values(data)) if (typeof value === 'string') gone.delete(value);
    const follow = (text: string | null) => (text === null ? null : (gone.get(text) ?? (gone.has(text) ? null : text)));
    const { identity } = event;
    return {
      ...event,
      name: follow(event.name),
      visitorId: follow(event.visitorId),
      anonymousId: follow(event.anonymousId),
      sessionId: follow(event.sessionId),
      data,
      ext,
      session,
      identity: identity !== null && gone.has(identity) ? hash(identity) : identity,
    };
  };
}

type Decision = 'drop' | ((text: string) => string) | null;

/** Replaced texts with their replacements; null: dropped. */
type Gone = Map<string, string | null>;

/** Whether one of the patterns matches a field's dotted name. Caches the results. */
export function fieldMatcher(patterns: readonly string[]): (name: string) => boolean {
  const fits = patterns.map(fitting);
  return perName((name) => fits.some((one) => one(name)));
}

function fitting(pattern: string): (name: string) => boolean {
  const fits = compileWildcard(pattern.toLowerCase());
  return (name) => name.length > nameLengthMax || fits(name.toLowerCase());
}

/** A function of names that caches its results, within `namesCharactersMax`. */
function perName<T>(decide: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  let characters = 0;
  return (name) => {
    if (name.length > nameLengthMax) return decide(name);
    const before = known.get(name);
    if (before !== undefined) return before;
    const decision = decide(name);
    characters += name.length + nameCost;
    if (characters > namesCharactersMax) {
      known.clear();
      characters = name.length + nameCost;
    }
    known.set(name, decision);
    return decision;
  };
}

function masking(rule: FieldMask, hash: (text: string) => string): (text: string) => string {
  switch (rule.by) {
    case 'hash':
      return hash;
    case 'replace':
      return () => rule.text;
    case 'last':
      // The last characters of a short text would be nearly all of it.
      return (text) => (text.length < 2 * rule.characters ? '…' : `…${text.slice(-rule.characters)}`);
  }
}

function eachText(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  if (typeof value !== 'object' || value === null) return change(String(value));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, eachText(inner, change)]));
}

// The longest list of addresses that proxies produce.
const addressesMax = 1_000;

/** An IP address, or a list of them, cut to the network; any other text unchanged. */
function withoutHost(text: string): string {
  if (text.length > addressesMax || !/^[\s[]*[0-9a-f:]/i.test(text) || !/[.:]/.test(text)) return text;
  const parts = text.split(/([\s,]+)/);
  const isList = parts.every((part, i) => i % 2 === 1 || part === '' || isIP(bare(part)) !== 0);
  return isList ? parts.map((part, i) => (i % 2 === 1 || part === '' ? part : network(bare(part)))).join('') : text;
}

const bare = (address: string) => address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');

function network(address: string): string {
  if (isIPv4(address)) return address.replace(/\d+$/, '0');
  const whole = ipaddr.IPv6.parse(address);
  if (whole.isIPv4MappedAddress()) return `::ffff:${network(whole.toIPv4Address().toString())}`;
  return new ipaddr.IPv6([...whole.parts.slice(0, 3), 0, 0, 0, 0, 0]).toString();
}
