import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import type { Event } from '../../../contract/records/event.ts';
import { lookupParameter } from '../../../rules/lookup.ts';
import { type TypedValue, typedValue } from '../../../rules/typed-value.ts';
import { kept, useApiQuery } from '../../data/data.ts';
import type { Sample } from '../../parts/preview/picked-event.ts';
import { useMay } from '../../session/rights.ts';
import type { FieldRow } from './action-draft.ts';

const settleMs = 400;

/** The event of a sample; null until a stored one is loaded, and without the right to see it. */
export function useSampleEvent(sample: Sample | null): Event | null {
  const maySee = useMay('payloads:view');
  const id = sample?.eventId;
  const { data } = useApiQuery('getEvent', { params: { id: id ?? '' } }, { enabled: id !== undefined && maySee });
  return useMemo(() => {
    if (id !== undefined) return data ?? null;
    const event = sample?.event ?? (sample?.data?.[0] === undefined ? undefined : { data: sample.data[0] });
    return event === undefined ? null : madeUp(event);
  }, [id, data, sample]);
}

function madeUp({ data, ext = {}, session = {}, ...event }: NonNullable<Sample['event']>): Event {
  const now = new Date(0).toISOString();
  return {
    id: '',
    name: event.name ?? null,
    visitorId: event.visitorId ?? null,
    anonymousId: null,
    sessionId: null,
    occurredAt: event.occurredAt ?? now,
    receivedAt: now,
    data: data as Event['data'], // typed by hand: only looked up and shown here
    ext,
    session,
    source: { collectorId: '', format: '' },
  };
}

/**
 * The value of each line of a mapping for an event, as its type; undefined until it is chosen or rendered. null:
 * without an event.
 */
export function useExample(rows: readonly FieldRow[], event: Event | null): readonly (TypedValue | undefined)[] | null {
  const expressions = rows.filter((row) => row.from === 'expression' && row.expression.trim() !== '');
  const [settled] = useDebouncedValue(expressions.map((row) => row.expression).join('\u0000'), settleMs);
  const texts = settled === '' ? [] : settled.split('\u0000');
  const { data } = useApiQuery(
    'renderTemplate',
    {
      body: { template: programOf(texts), data: [event === null ? {} : expressionInput(event)] },
    },
    { enabled: event !== null && texts.length > 0, ...kept, retry: false },
  );
  return useMemo(() => {
    if (event === null) return null;
    const results = resultsIn(data?.result);
    return rows.map(({ from, parameter, value, expression, as }): TypedValue | undefined => {
      if (from === 'value') return typedValue(value, as);
      if (from === 'parameter' && parameter === '') return undefined;
      if (from === 'parameter') return typedValue(lookupParameter(event, parameter.trim()), as);
      return results === null ? undefined : { ok: true, value: results[texts.indexOf(expression)] };
    });
  }, [event, rows, data, texts]);
}

/** The variable `it` of an expression. */
function expressionInput({ data, ext, session, visitorId, name }: Event): Record<string, unknown> {
  return { ...data, ext, session, visitorId, name };
}

/** A template that renders the list of the values of expressions; null for one that throws. */
function programOf(expressions: readonly string[]): string {
  const calls = expressions.map(
    (one) => `(function (it) { try { return (${one}\n); } catch { return null; } })(record)`,
  );
  return `{{! const record = it.data[0]; return JSON.stringify([${calls.join(',')}]); }}`;
}

function resultsIn(result: { kind: string; body?: string } | undefined): unknown[] | null {
  if (result?.kind !== 'body' || result.body === undefined) return null;
  const list: unknown = JSON.parse(result.body);
  return Array.isArray(list) ? list : null;
}
