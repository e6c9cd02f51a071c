import type { Condition } from '../../../contract/documents/condition.ts';
import { leavesOf } from '../../../contract/documents/condition-parts.ts';
import type { Event } from '../../../contract/records/event.ts';

export type MarkedEvent = Pick<Event, 'visitorId' | 'data'>;

const charactersMax = 40;
const valuesMax = 3;

/** What tells an event apart from others of its name: whose it is, by e-mail address or visitor, and the values that rules compare. */
export function marksOf(event: MarkedEvent | undefined, rules?: Condition): string[] {
  if (event === undefined) return [];
  const { visitorId, data = {} } = event;
  const email = Object.entries(data).find(([name, value]) => /e-?mail/i.test(name) && String(value).includes('@'));
  const compared = new Set(
    (rules === undefined ? [] : leavesOf(rules)).flatMap((leaf) => ('parameter' in leaf ? [leaf.parameter] : [])),
  );
  const values = [...compared].flatMap((name) => {
    const value = data[name];
    return typeof value === 'string' && value !== email?.[1] ? [`${name} ${cut(value)}`] : [];
  });
  const who = email === undefined ? visitorId : String(email[1]);
  return [...(who === null ? [] : [cut(who)]), ...values.slice(0, valuesMax)];
}

const cut = (text: string) => (text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text);
