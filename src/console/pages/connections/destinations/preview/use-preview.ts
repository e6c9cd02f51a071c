import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Arguments, CallInput, RouteResponse } from '../../../../../client/client.ts';
import type { RouteId } from '../../../../../contract/routes.ts';
import { apiQuery, kept, useApiQuery } from '../../../../data/data.ts';
import type { KnownFields } from '../../../../editor/fields.ts';
import { eventPicker, terms, destinations as words } from '../../../../messages/en.ts';
import { useMoreEvents, usePicked } from '../../../../parts/preview/pickable-events.ts';
import type { Sample } from '../../../../parts/preview/picked-event.ts';
import { recentEvents } from '../../../../parts/preview/recent-events.ts';
import { useMay } from '../../../../session/rights.ts';
import { bodyOf, type DestinationDraft } from '../destination-draft.ts';
import { knownFields } from './known-fields.ts';

/** The input of a preview; the sample is null while none is known. */
export type Tried = {
  destinationId: string | null;
  connectionId: string;
  draft: DestinationDraft;
  /** The draft with every key typed so far, drawn or not. */
  latest: () => DestinationDraft;
  sample: Sample | null;
  /** Events whose records follow, as in a batch. */
  more?: readonly string[];
  actionId: string | null;
};

type Body = NonNullable<CallInput<'previewDestination'>['body']>;

/** The body of a preview, a check or a test, in which a draft needs no name. */
function triedBody({ sample, more = [], actionId }: Tried, draft: DestinationDraft): Body {
  const body = bodyOf(draft);
  const name = body.name === '' ? terms.newDestination : body.name;
  const batch = more.length === 0 ? {} : { batchEventIds: [...more] };
  return { ...sample, ...batch, draft: { ...body, name }, ...(actionId === null ? {} : { actionId }) };
}

const page = '/connections/$connectionId/destinations/$destinationId';

export type PreviewTab = keyof typeof words.preview.tabs;
/** What the preview shows, in the address. Empty ids: the newest event, and the first action. */
type Shown = { tab: PreviewTab; eventId: string; actionId: string };

export type Preview = ReturnType<typeof useDestinationPreview>;

/** The preview of a draft of a destination: its event, its action, its request, and the response to a test. */
export function useDestinationPreview(
  given: Pick<Tried, 'destinationId' | 'connectionId' | 'draft' | 'latest'>,
  hasErrors: boolean,
) {
  const { tab = 'request', eventId = '', actionId = '', test } = useSearch({ from: `/shell${page}` });
  const navigate = useNavigate({ from: page });
  const [pasted, paste] = useState('');
  const [response, setResponse] = useState<RouteResponse<'testDestination'> | null>(null);
  const { known, actions, action } = useData(given.destinationId, actionId);
  const wanted = { destinationId: given.destinationId ?? undefined, rules: action?.rules };
  const picked = usePicked(eventId, pasted, wanted);
  const sample = picked === null || 'error' in picked ? null : picked;
  const tried: Tried = { ...given, sample, actionId: action?.id ?? null };
  const batch = useBatch(tried, wanted);
  const request = usePreview({ ...tried, more: batch.more }, hasErrors);
  const show = (next: Partial<Shown>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
  return {
    shown: { tab, eventId },
    show,
    pasted,
    paste,
    known,
    actions,
    action,
    tried,
    batch,
    hasErrors,
    request,
    /** Renders again, and shows the request. */
    run() {
      show({ tab: 'request' });
      request.run();
    },
    response,
    onSent(delivery: RouteResponse<'testDestination'>) {
      setResponse(delivery);
      show({ tab: 'response' });
    },
    /** The body of a test; null: there is nothing to send, and `whyNoTest` says why. */
    testBody: hasErrors || sample === null ? null : () => triedBody(tried, tried.latest()),
    whyNoTest: hasErrors
      ? words.test.hasErrors
      : picked === null
        ? words.test.noEventYet
        : 'error' in picked
          ? eventPicker.broken[picked.error]
          : null,
    isTestWanted: test !== undefined,
  };
}

/** How many records a preview has, of a destination that sends batches: what can be chosen, and the events of the others. */
function useBatch({ draft, sample }: Tried, wanted: Parameters<typeof useMoreEvents>[2]) {
  const [chosen, choose] = useState(firstRecords);
  const most = sample?.eventId === undefined ? 1 : Number(draft.batchRecords);
  const choices = recordCounts.filter((count) => count <= most);
  const records = Math.min(chosen, choices.at(-1) ?? 1);
  const more = useMoreEvents(sample?.eventId, records - 1, wanted);
  return { choices, records, choose, more };
}

const firstRecords = 3;
const recordCounts = [1, 2, 3, 5, 10, 20];

/** The preview of a draft, rendered again when typing pauses, or by `run`. */
function usePreview(tried: Tried, isHeld: boolean) {
  const may = useMay('payloads:view');
  // The settled text may be older than the event.
  return useTried('previewDestination', 'previewUnsavedDestination', tried, 350, ({ eventId, event, data }) => {
    return may && !isHeld && (eventId ?? event ?? data) !== undefined;
  });
}

export type Check = RouteResponse<'checkDestination'>;

/** The results of a draft with the newest events, while its tab is open. */
export const useCheck = (tried: Tried, isOn: boolean) =>
  useTried('checkDestination', 'checkUnsavedDestination', { ...tried, sample: null }, 900, () => isOn);

/**
 * A read about a draft, by the route of a saved or of an unsaved destination, `afterMs` after its last change. `run` reads
 * at once.
 */
function useTried<Saved extends 'previewDestination' | 'checkDestination'>(
  saved: Saved,
  unsaved: RouteId,
  tried: Tried,
  afterMs: number,
  isOn: (input: Body) => boolean,
) {
  const { destinationId, connectionId } = tried;
  const now = JSON.stringify(triedBody(tried, tried.draft));
  const [settled, settle] = useState(now);
  useEffect(() => {
    const timer = setTimeout(() => settle(now), afterMs);
    return () => clearTimeout(timer);
  }, [now, afterMs]);
  const body: Body = JSON.parse(settled);
  const route = (destinationId === null ? unsaved : saved) as Saved; // both take the same
  const input = [{ params: { id: destinationId ?? connectionId }, body }] as unknown as Arguments<Saved>; // which the compiler can't see
  const query = useQuery({
    ...apiQuery(route, ...input),
    staleTime: 60_000,
    gcTime: 30_000,
    ...kept,
    enabled: isOn(body),
  });
  function run() {
    const latest = JSON.stringify(triedBody(tried, tried.latest()));
    if (latest === settled) void query.refetch();
    else settle(latest);
  }
  // A draft with errors may have been asked for before they were found: its refusal does not take away the last answer.
  const last = useRef(query.data);
  if (query.data !== undefined) last.current = query.data;
  return { ...query, data: query.data ?? last.current, run };
}

type Action = RouteResponse<'getAction'>;
const nothing: never[] = [];

/** The actions that use a destination, the chosen one (empty: the first), and the fields of the records that it maps. */
function useData(
  destinationId: string | null,
  actionId: string,
): { known: KnownFields; actions: readonly Action[]; action: Action | null } {
  const mayEvents = useMay('events:view');
  const maySee = useMay('payloads:view');
  const using = { query: { destinationId: destinationId ?? '', limit: 200 } };
  const actions = useApiQuery('listActions', using, { enabled: destinationId !== null }).data?.data ?? nothing;
  const parameters = useApiQuery('listParameters', { query: { limit: 200, sort: 'share' } }, { staleTime: 60_000 }).data
    ?.data;
  const events = useQuery({ ...recentEvents(), enabled: mayEvents && maySee }).data?.data;

  const action = actions.find(({ id }) => id === actionId) ?? actions[0] ?? null;
  const known = useMemo(
    () => knownFields({ action, destinationId, parameters: parameters ?? nothing, events: events ?? nothing }),
    [action, destinationId, parameters, events],
  );
  return { known, actions, action };
}
