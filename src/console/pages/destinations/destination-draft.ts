import type { Answer, CallInput } from '../../../client/client.ts';
import { destinationFacts as facts } from '../../data/schema-facts.ts';
import { destinations as words } from '../../messages/en.ts';
import {
  asked,
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  durations,
  initially,
  lines,
  number,
  percent,
  problemsBy,
  sentWith,
  size,
  text,
  value,
  when,
  within,
} from '../../parts/form/form-fields.ts';
import { type HeaderDraft, headerDraftsOf, headerProblems, headersOf, keptHeaders } from '../../parts/form/headers.ts';
import { type Row, rows } from '../../parts/form/rows.ts';
import { type ItemDraft, itemDraftOf, itemsOf } from './item-draft.ts';

export type Destination = Answer<'getDestination'>;
export type Body = CallInput<'replaceDestination'>['body'];
type Settings = Destination['settings'];
type OutcomeRule = Settings['outcomes'][number];

type Choices = { isOrdered: boolean; keepBodies: 'always' | 'never' | 'time' };

/** Every field that is not in a row. */
export const fields = {
  name: text('name'),
  description: block('description'),
  method: choice<Destination['method']>('method'),
  contentType: text('contentType'),
  path: text('path'),
  template: block('template'),
  status: choice<Destination['status']>('status'),
  ...within('settings', {
    escape: choice<Settings['escape']>('escape'),
    onTimeout: choice<Settings['onTimeout']>('onTimeout'),
    getBody: choice<boolean>('getBody'),
    batchRecords: number('batch.records'),
    batchBytes: size('batch.bytes'),
    batchWait: duration('batch.waitMs'),
    batchKey: text('batch.key'),
    // Left empty, the rate and the retry policy are those of the connection.
    rateLimit: number('rate.limit', true),
    ratePer: duration('rate.perMs', true),
    rateConcurrency: number('rate.concurrency', true),
    retrySchedule: durations('retry.scheduleMs', true),
    retryJitter: percent('retry.jitter', true),
    bodiesMask: lines('bodies.mask'),
    ...when(({ isOrdered }: Choices) => isOrdered, {
      orderKey: text('order.key'),
      orderReleaseAfter: number('order.releaseAfter'),
    }),
    ...when(({ keepBodies }: Choices) => keepBodies === 'time', {
      bodiesTime: initially('7 d', duration('bodies.keepMs')),
    }),
  }),
  isOrdered: asked<boolean>(false),
  keepBodies: asked<Choices['keepBodies']>('always'),
};

/** A rule about responses, by its row in `settings.outcomes`. */
export const outcomeFields = {
  status: value('when.status', true),
  headerName: text('when.header.name', true),
  ...sentWith('headerName', { headerContains: text('when.header.contains') }),
  jsonPath: text('when.json.path', true),
  ...sentWith('jsonPath', { jsonEquals: value('when.json.equals') }),
  outcome: choice<OutcomeRule['outcome']>('outcome'),
  after: duration('afterMs', true),
};
/** `items`: the rule is about single records of a batch. */
export type OutcomeDraft = Row & DraftOf<typeof outcomeFields> & { items: ItemDraft | null };

/** A destination as its form holds it: everything that is typed is text. */
export type DestinationDraft = DraftOf<typeof fields> & { headers: HeaderDraft[]; outcomes: OutcomeDraft[] };

/** A new destination: the defaults of the contract. */
export const emptyDraft: DestinationDraft = { ...draftBy(fields, facts, null), headers: [], outcomes: [] };

export const emptyOutcome: Omit<OutcomeDraft, 'row'> = {
  ...draftBy(outcomeFields, {}, null),
  outcome: 'success',
  items: null,
};

export function draftOf(stored: Destination): DestinationDraft {
  const { headers, order, outcomes, bodies } = stored.settings;
  const keepMs = bodies?.keepMs ?? null;
  return {
    ...draftBy(fields, facts, stored),
    ...(keepMs ? {} : { bodiesTime: emptyDraft.bodiesTime }),
    headers: headerDraftsOf(headers),
    isOrdered: order !== null,
    outcomes: rows(
      outcomes.map((rule) => ({
        ...draftBy(outcomeFields, {}, rule),
        items: rule.items === undefined ? null : itemDraftOf(rule.items),
      })),
    ),
    keepBodies: keepMs === null ? 'always' : keepMs === 0 ? 'never' : 'time',
  };
}

/** The body that saves a draft. A value that can't be read is NaN, which the server refuses at its field. */
export function bodyOf(draft: DestinationDraft): Body {
  const { settings, ...body } = bodyBy(fields, facts, draft) as Body & { settings: Partial<Settings> }; // each value by its path
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
        ...(bodyBy(outcomeFields, {}, rule) as Omit<OutcomeRule, 'when'>), // each value by its path
        ...(rule.items === null ? {} : { items: itemsOf(rule.items) }),
      })),
      bodies: { keepMs: draft.keepBodies === 'never' ? 0 : null, ...settings.bodies },
    },
  };
}

/** Problems that the form finds itself, by path. */
export const problemsOf = (draft: DestinationDraft): Record<string, string> =>
  Object.assign(
    problemsBy(fields, facts, draft, words.fields),
    headerProblems(draft.headers, facts),
    ...draft.outcomes.map((rule, at) => problemsBy(within(`settings.outcomes.${at}`, outcomeFields), facts, rule)),
  );

/** The draft that a browser may keep: without the secrets that were typed. */
export const withoutSecrets = (draft: DestinationDraft): DestinationDraft => ({
  ...draft,
  headers: keptHeaders(draft.headers),
});
