import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Answer, CallInput } from '../../../../client/client.ts';
import { apiQuery } from '../../../data/api.ts';
import { studio as words } from '../../../messages/en/studio.ts';
import type { Sample } from '../../../parts/payload/picked-event.ts';
import { useMay } from '../../../session/rights.ts';
import { bodyOf, type DestinationDraft } from '../destination-draft.ts';

/** The input of a preview; the sample is null while none is known. */
export type Tried = {
  destinationId: string | null;
  connectionId: string;
  draft: DestinationDraft;
  sample: Sample | null;
  actionId: string | null;
};

type Body = NonNullable<CallInput<'previewDestination'>['body']>;

const previewAfterMs = 350;
const checkAfterMs = 900;

/** The body of a draft for a preview or a test, which needs no name. */
export function triedBody(draft: DestinationDraft): Record<string, unknown> {
  const body = bodyOf(draft);
  return { ...body, name: body.name === '' ? words.createTitle : body.name };
}

/** The preview of a draft, rendered again when typing pauses for 350 ms, or at once by `run`. */
export function usePreview(tried: Tried, isHeld: boolean) {
  const { destinationId, connectionId, draft, sample, actionId } = tried;
  const may = useMay('payloads:view');
  const body = JSON.stringify({ ...sample, draft: triedBody(draft), ...(actionId === null ? {} : { actionId }) });
  const [settled, settle] = useSettled(body, previewAfterMs);
  const input: Body = JSON.parse(settled);
  // The settled text may be older than the event.
  const hasSample = input.eventId !== undefined || input.event !== undefined || input.data !== undefined;
  const isOn = may && hasSample && !isHeld;
  const shared = { staleTime: Number.POSITIVE_INFINITY, gcTime: 30_000, placeholderData: keepPreviousData };
  const saved = useQuery({
    ...apiQuery('previewDestination', { params: { id: destinationId ?? '' }, body: input }),
    ...shared,
    enabled: isOn && destinationId !== null,
  });
  const unsaved = useQuery({
    ...apiQuery('previewUnsavedDestination', { params: { id: connectionId }, body: input }),
    ...shared,
    enabled: isOn && destinationId === null,
  });
  const query = destinationId === null ? unsaved : saved;
  return { ...query, run: runOf(query, settle), isBehind: body !== settled };
}

export type Check = Answer<'checkDestination'>;

/** The results of a draft with the newest events, while its tab is open. */
export function useCheck({ destinationId, connectionId, draft, actionId }: Tried, isOn: boolean) {
  const body = JSON.stringify({ draft: triedBody(draft), ...(actionId === null ? {} : { actionId }) });
  const [settled, settle] = useSettled(body, checkAfterMs);
  const input: { draft: Record<string, unknown>; actionId?: string } = JSON.parse(settled);
  const shared = { staleTime: 60_000, gcTime: 30_000, placeholderData: keepPreviousData };
  const saved = useQuery({
    ...apiQuery('checkDestination', { params: { id: destinationId ?? '' }, body: input }),
    ...shared,
    enabled: isOn && destinationId !== null,
  });
  const unsaved = useQuery({
    ...apiQuery('checkUnsavedDestination', { params: { id: connectionId }, body: input }),
    ...shared,
    enabled: isOn && destinationId === null,
  });
  const query = destinationId === null ? unsaved : saved;
  return { ...query, run: runOf(query, settle) };
}

/** Settles the text at once, and asks again. */
const runOf = (query: { refetch(): Promise<unknown> }, settle: () => void) => () => {
  settle();
  void query.refetch();
};

/** A text after it has not changed for `afterMs`, and how to settle it at once. */
function useSettled(text: string, afterMs: number): [settled: string, settle: () => void] {
  const [settled, set] = useState(text);
  const present = useRef(text);
  present.current = text;
  useEffect(() => {
    const timer = setTimeout(() => set(text), afterMs);
    return () => clearTimeout(timer);
  }, [text, afterMs]);
  return [settled, useCallback(() => set(present.current), [])];
}
