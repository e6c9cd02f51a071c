import type { Answer, CallInput } from '../../../client/client.ts';
import { destinationFacts as facts } from '../../data/schema-facts.ts';
import { studio as words } from '../../messages/en/studio.ts';
import { durationOf, durationText } from '../../parts/form/duration-text.ts';
import {
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  durations,
  type FormFields,
  lines,
  number,
  percent,
  problemsBy,
  size,
  text,
  within,
} from '../../parts/form/form-fields.ts';
import { type HeaderDraft, headerDraftsOf, headerProblems, headersOf, keptHeaders } from '../../parts/form/headers.ts';
import { type Row, rows } from '../../parts/form/rows.ts';
import type { CurlDestination } from '../connections/curl/curl-destination.ts';
import { type ItemDraft, itemDraftOf, itemsOf, jsonOrText } from './item-draft.ts';

export type Destination = Answer<'getDestination'>;
export type Body = CallInput<'replaceDestination'>['body'];
type Settings = Destination['settings'];
type OutcomeRule = Settings['outcomes'][number];

const basicFields = {
  name: text('name'),
  description: block('description'),
  method: choice<Destination['method']>('method'),
  contentType: text('contentType'),
  path: text('path'),
  template: block('template'),
  status: choice<Destination['status']>('status'),
};

const settingsFields = within('settings', {
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
});

const orderFields = within('settings.order', { orderKey: text('key'), orderReleaseAfter: number('releaseAfter') });

/** What is chosen among the fields. */
export const choiceFields = within('settings', {
  isOrdered: choice<boolean>('order'),
  keepBodies: choice<'always' | 'never' | 'time'>('bodies.keepMs'),
});

const keepFields = { bodiesTime: duration('settings.bodies.keepMs') };

/** Every field that has a descriptor, beside those of rows. */
export const fields = { ...basicFields, ...settingsFields, ...orderFields, ...keepFields };

/** A rule about responses, by its row in `settings.outcomes`. */
export const outcomeFields = {
  status: text('when.status'),
  headerName: text('when.header.name'),
  headerContains: text('when.header.contains'),
  jsonPath: text('when.json.path'),
  jsonEquals: text('when.json.equals'),
  outcome: choice<OutcomeRule['outcome']>('outcome'),
  after: duration('afterMs', true),
};
/** `items`: the rule is about single records of a batch. */
export type OutcomeDraft = Row & DraftOf<typeof outcomeFields> & { items: ItemDraft | null };

/** A destination as its form holds it: everything that is typed is text. */
export type DestinationDraft = DraftOf<typeof fields & typeof choiceFields> & {
  headers: HeaderDraft[];
  outcomes: OutcomeDraft[];
};

/** A new destination: the defaults of the contract. */
export const emptyDraft: DestinationDraft = {
  ...draftBy(fields, facts, null),
  headers: [],
  isOrdered: false,
  outcomes: [],
  keepBodies: 'always',
  bodiesTime: '7 d',
};

export const emptyOutcome: Omit<OutcomeDraft, 'row'> = {
  ...draftBy(outcomeFields, {}, null),
  outcome: 'success',
  items: null,
};

export function draftOf(stored: Destination): DestinationDraft {
  const { headers, order, outcomes, bodies } = stored.settings;
  const keepMs = bodies?.keepMs ?? null;
  return {
    ...emptyDraft,
    ...draftBy({ ...basicFields, ...settingsFields }, facts, stored),
    ...(order === null ? {} : draftBy(orderFields, facts, stored)),
    ...(keepMs ? draftBy(keepFields, facts, stored) : {}),
    headers: headerDraftsOf(headers),
    isOrdered: order !== null,
    outcomes: rows(outcomes.map(outcomeDraft)),
    keepBodies: keepMs === null ? 'always' : keepMs === 0 ? 'never' : 'time',
  };
}

/** The initial form of a destination from a pasted command. */
export function draftOfCurl({ body, headers }: Extract<CurlDestination, { kind: 'destination' }>): DestinationDraft {
  const { name, method, contentType, path, template } = body;
  return {
    ...emptyDraft,
    name,
    method: method ?? emptyDraft.method,
    contentType: contentType ?? emptyDraft.contentType,
    path: path ?? emptyDraft.path,
    template: template ?? emptyDraft.template,
    headers: rows(headers),
  };
}

/** The fields that a draft uses. */
function fieldsIn({ isOrdered, keepBodies }: DestinationDraft): FormFields {
  return {
    ...basicFields,
    ...settingsFields,
    ...(isOrdered ? orderFields : {}),
    ...(keepBodies === 'time' ? keepFields : {}),
  };
}

/** The body that saves a draft. A value that can't be read is NaN, which the server refuses at its field. */
export function bodyOf(draft: DestinationDraft): Body {
  const { settings, ...body } = bodyBy(fieldsIn(draft), facts, draft) as Body & { settings: Partial<Settings> }; // each value by its path
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
      outcomes: draft.outcomes.map(outcomeOf),
      bodies: {
        ...(draft.keepBodies === 'time' ? {} : { keepMs: draft.keepBodies === 'never' ? 0 : null }),
        ...settings.bodies,
      },
    },
  };
}

/** Problems that the form finds itself, by path. */
export const problemsOf = (draft: DestinationDraft): Record<string, string> =>
  Object.assign(
    problemsBy(fieldsIn(draft), facts, draft, words.fields),
    headerProblems(draft.headers, facts),
    ...draft.outcomes.map((rule, at) => problemsBy(within(`settings.outcomes.${at}`, outcomeFields), facts, rule)),
  );

/** The draft that a browser may keep: without the secrets that were typed. */
export const withoutSecrets = (draft: DestinationDraft): DestinationDraft => ({
  ...draft,
  headers: keptHeaders(draft.headers),
});

function outcomeDraft({ when, outcome, afterMs, items }: OutcomeRule): Omit<OutcomeDraft, 'row'> {
  return {
    status: String(when.status ?? ''),
    headerName: when.header?.name ?? '',
    headerContains: when.header?.contains ?? '',
    jsonPath: when.json?.path ?? '',
    jsonEquals: when.json === undefined ? '' : JSON.stringify(when.json.equals),
    outcome,
    after: afterMs === undefined ? '' : durationText(afterMs),
    items: items === undefined ? null : itemDraftOf(items),
  };
}

function outcomeOf(rule: OutcomeDraft): OutcomeRule {
  const { status, headerName, headerContains, jsonPath, jsonEquals, outcome, after, items } = rule;
  return {
    when: {
      ...(status.trim() === '' ? {} : { status: /^\d{3}$/.test(status.trim()) ? Number(status) : status.trim() }),
      ...(headerName.trim() === '' ? {} : { header: { name: headerName.trim(), contains: headerContains } }),
      ...(jsonPath.trim() === '' ? {} : { json: { path: jsonPath.trim(), equals: jsonOrText(jsonEquals) } }),
    },
    outcome,
    ...(after.trim() === '' ? {} : { afterMs: durationOf(after) ?? Number.NaN }),
    ...(items === null ? {} : { items: itemsOf(items) }),
  };
}
