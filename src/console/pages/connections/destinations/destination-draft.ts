import type { CallInput, RouteResponse } from '../../../../client/client.ts';
import { destinationFacts as facts } from '../../../data/schema-facts.ts';
import { connections, destinations as words } from '../../../messages/en.ts';
import * as f from '../../../parts/form/form-fields.ts';
import {
  type HeaderDraft,
  headerDraftsOf,
  headerProblems,
  headersOf,
  keptHeaders,
} from '../../../parts/form/headers.ts';
import { type Row, rows } from '../../../parts/form/rows.ts';
import { placeholderIn } from '../../../presets/placeholders.ts';
import { type ItemDraft, itemDraftOf, itemsOf } from './item-draft.ts';

export type Destination = RouteResponse<'getDestination'>;
export type Body = CallInput<'replaceDestination'>['body'];
type Settings = Destination['settings'];
type OutcomeRule = Settings['outcomes'][number];

type Choices = { isOrdered: boolean; keepBodies: 'always' | 'never' | 'time' };

/** Every field that is not in a row. */
export const fields = {
  name: f.text('name'),
  description: f.block('description'),
  method: f.choice<Destination['method']>('method'),
  contentType: f.text('contentType'),
  path: f.text('path'),
  template: f.block('template'),
  status: f.choice<Destination['status']>('status'),
  ...f.within('settings', {
    escape: f.choice<Settings['escape']>('escape'),
    onTimeout: f.choice<Settings['onTimeout']>('onTimeout'),
    getBody: f.choice<boolean>('getBody'),
    batchRecords: f.number('batch.records'),
    batchBytes: f.size('batch.bytes'),
    batchWait: f.duration('batch.waitMs'),
    batchKey: f.text('batch.key'),
    // Left empty, the rate and the retry policy are those of the connection.
    rateLimit: f.number('rate.limit', true),
    ratePer: f.duration('rate.perMs', true),
    rateConcurrency: f.number('rate.concurrency', true),
    retrySchedule: f.durations('retry.scheduleMs', true),
    retryJitter: f.percent('retry.jitter', true),
    bodiesMask: f.lines('bodies.mask'),
    ...f.when(({ isOrdered }: Choices) => isOrdered, {
      orderKey: f.text('order.key'),
      orderReleaseAfter: f.number('order.releaseAfter'),
    }),
    ...f.when(({ keepBodies }: Choices) => keepBodies === 'time', {
      bodiesTime: f.initially('7 d', f.duration('bodies.keepMs')),
    }),
  }),
  isOrdered: f.asked<boolean>(false),
  keepBodies: f.asked<Choices['keepBodies']>('always'),
};

/** A rule about responses, by its row in `settings.outcomes`. */
export const outcomeFields = {
  status: f.value('when.status', true),
  headerName: f.text('when.header.name', true),
  ...f.sentWith('headerName', { headerContains: f.text('when.header.contains') }),
  jsonPath: f.text('when.json.path', true),
  ...f.sentWith('jsonPath', { jsonEquals: f.value('when.json.equals') }),
  outcome: f.choice<OutcomeRule['outcome']>('outcome'),
  after: f.duration('afterMs', true),
};
/** `items`: the rule is about single records of a batch. */
type OutcomeDraft = Row & f.DraftOf<typeof outcomeFields> & { items: ItemDraft | null };

/** A destination as its form holds it: everything that is typed is text. */
export type DestinationDraft = f.DraftOf<typeof fields> & { headers: HeaderDraft[]; outcomes: OutcomeDraft[] };

/** A new destination: the defaults of the contract. */
export const emptyDraft: DestinationDraft = { ...f.draftBy(fields, facts, null), headers: [], outcomes: [] };

export const emptyOutcome: Omit<OutcomeDraft, 'row'> = {
  ...f.draftBy(outcomeFields, {}, null),
  outcome: 'success',
  items: null,
};

export function draftOf(stored: Destination): DestinationDraft {
  const { headers, order, outcomes, bodies } = stored.settings;
  const keepMs = bodies?.keepMs ?? null;
  return {
    ...f.draftBy(fields, facts, stored),
    ...(keepMs ? {} : { bodiesTime: emptyDraft.bodiesTime }),
    headers: headerDraftsOf(headers),
    isOrdered: order !== null,
    outcomes: rows(
      outcomes.map((rule) => ({
        ...f.draftBy(outcomeFields, {}, rule),
        items: rule.items === undefined ? null : itemDraftOf(rule.items),
      })),
    ),
    keepBodies: keepMs === null ? 'always' : keepMs === 0 ? 'never' : 'time',
  };
}

/** The body that saves a draft. A value that can't be read is NaN, which the server refuses at its field. */
export function bodyOf(draft: DestinationDraft): Body {
  const { settings, ...body } = f.bodyBy(fields, facts, draft) as Body & { settings: Partial<Settings> }; // each value by its path
  const hasRate = draft.rateLimit + draft.ratePer + draft.rateConcurrency !== '';
  const hasRetry = draft.retrySchedule + draft.retryJitter !== '';
  return {
    ...body,
    settings: {
      order: null,
      ...settings,
      headers: headersOf(draft.headers),
      rate: hasRate ? (settings.rate ?? {}) : null,
      retry: hasRetry ? (settings.retry ?? {}) : null,
      outcomes: draft.outcomes.map((rule) => ({
        when: {},
        ...(f.bodyBy(outcomeFields, {}, rule) as Omit<OutcomeRule, 'when'>), // each value by its path
        ...(rule.items === null ? {} : { items: itemsOf(rule.items) }),
      })),
      bodies: { keepMs: draft.keepBodies === 'never' ? 0 : null, ...settings.bodies },
    },
  };
}

/** Problems that the form finds itself, by path. */
export const problemsOf = (draft: DestinationDraft): Record<string, string> =>
  Object.assign(
    placeholderProblem(draft),
    f.problemsBy(fields, facts, draft, words.fields),
    headerProblems(draft.headers, facts),
    ...draft.outcomes.map((rule, at) => f.problemsBy(f.within(`settings.outcomes.${at}`, outcomeFields), facts, rule)),
  );

/** A destination can't be enabled while its address still has a placeholder of its preset. */
function placeholderProblem({ status, path }: DestinationDraft): Record<string, string> {
  const left = status === 'enabled' ? placeholderIn(path) : null;
  return left === null ? {} : { path: connections.dialog.placeholder(left) };
}

/** The draft that a browser may keep: without the secrets that were typed. */
export const withoutSecrets = (draft: DestinationDraft): DestinationDraft => ({
  ...draft,
  headers: keptHeaders(draft.headers),
});
