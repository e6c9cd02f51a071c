import type { Answer, CallInput } from '../../../client/client.ts';
import { destinationFacts as facts } from '../../data/schema-facts.ts';
import { durationOf, durationText } from '../../parts/form/duration-text.ts';
import {
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  duration,
  durations,
  lines,
  number,
  percent,
  problemsBy,
  size,
  text,
  writtenSecret,
} from '../../parts/form/form-fields.ts';
import type { HeaderDraft } from '../../parts/form/header-rows.tsx';
import { type Row, rows } from '../../parts/form/rows.ts';
import type { SecretValue } from '../../parts/form/secret-field.tsx';
import type { CurlDestination } from '../connections/curl-destination.ts';
import { type ItemDraft, itemDraftOf, itemsOf } from './item-draft.ts';

export type Destination = Answer<'getDestination'>;
export type Body = CallInput<'replaceDestination'>['body'];
type Settings = Destination['settings'];
type OutcomeRule = Settings['outcomes'][number];

export type OutcomeDraft = Row & {
  status: string;
  headerName: string;
  headerContains: string;
  jsonPath: string;
  jsonEquals: string;
  outcome: OutcomeRule['outcome'];
  after: string;
  /** About single records of a batch. */
  items: ItemDraft | null;
};

const at = (path: string) => `settings.${path}`;

/** What is typed and chosen, by its path in the body. A rate and a retry policy left empty are those of the connection. */
export const fields = {
  name: text('name'),
  description: block('description'),
  method: choice<Destination['method']>('method'),
  contentType: text('contentType'),
  path: text('path'),
  template: block('template'),
  status: choice<Destination['status']>('status'),
  escape: choice<Settings['escape']>(at('escape')),
  onTimeout: choice<Settings['onTimeout']>(at('onTimeout')),
  getBody: choice<boolean>(at('getBody')),
  batchRecords: number(at('batch.records')),
  batchBytes: size(at('batch.bytes')),
  batchWait: duration(at('batch.waitMs')),
  batchKey: text(at('batch.key')),
  orderKey: text(at('order.key')),
  orderReleaseAfter: number(at('order.releaseAfter')),
  rateLimit: number(at('rate.limit'), true),
  ratePer: duration(at('rate.perMs'), true),
  rateConcurrency: number(at('rate.concurrency'), true),
  retrySchedule: durations(at('retry.scheduleMs'), true),
  retryJitter: percent(at('retry.jitter'), true),
  bodiesMask: lines(at('bodies.mask')),
};

/** A destination as its form holds it: everything that is typed is text. */
export type DestinationDraft = DraftOf<typeof fields> & {
  headers: HeaderDraft[];
  isOrdered: boolean;
  outcomes: OutcomeDraft[];
  keepBodies: 'always' | 'never' | 'time';
  bodiesTime: string;
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
  status: '',
  headerName: '',
  headerContains: '',
  jsonPath: '',
  jsonEquals: '',
  outcome: 'success',
  after: '',
  items: null,
};

export function draftOf(stored: Destination): DestinationDraft {
  const { headers, order, outcomes, bodies } = stored.settings;
  const keepMs = bodies?.keepMs ?? null;
  return {
    ...emptyDraft,
    ...draftBy(fields, facts, stored),
    ...(order === null ? { orderKey: emptyDraft.orderKey } : {}),
    headers: rows(headers.map(({ name, value, secret }) => ({ name, value: value as SecretValue, isSecret: secret }))), // as GET gives it: a text or a mark
    isOrdered: order !== null,
    outcomes: rows(outcomes.map(outcomeDraft)),
    keepBodies: keepMs === null ? 'always' : keepMs === 0 ? 'never' : 'time',
    ...(keepMs ? { bodiesTime: durationText(keepMs) } : {}),
  };
}

/** What a pasted command begins a destination with. */
export function draftOfCurl({ body, headers }: Extract<CurlDestination, { kind: 'destination' }>): DestinationDraft {
  const { name, method, contentType, path, template } = body;
  return {
    ...emptyDraft,
    name,
    method: method ?? emptyDraft.method,
    contentType: contentType ?? emptyDraft.contentType,
    path: path ?? '',
    template: template ?? emptyDraft.template,
    headers: rows(headers),
  };
}

/** The body that saves a draft. A value that can't be read is NaN, which the server refuses at its field. */
export function bodyOf(draft: DestinationDraft): Body {
  const { settings, ...body } = bodyBy(fields, facts, draft) as Body & {
    settings: Required<NonNullable<Body['settings']>>;
  }; // each value by its path
  const hasRate = draft.rateLimit + draft.ratePer + draft.rateConcurrency !== '';
  const hasRetry = draft.retrySchedule + draft.retryJitter !== '';
  return {
    ...body,
    settings: {
      ...settings,
      headers: draft.headers.map(({ name, value, isSecret }) => ({
        name: name.trim(),
        value: isSecret ? writtenSecret(value) : typeof value === 'string' ? value : '',
        secret: isSecret,
      })) as (typeof settings)['headers'], // a text or a mark, branded only on the server
      order: draft.isOrdered ? settings.order : null,
      rate: hasRate ? settings.rate : null,
      retry: hasRetry ? (settings.retry ?? {}) : null,
      outcomes: draft.outcomes.map(outcomeOf),
      bodies: { ...settings.bodies, keepMs: keepMsOf(draft) },
    },
  };
}

/** Problems that the form finds itself, by path. */
export function problemsOf(
  draft: DestinationDraft,
  words: { needed: string; duration: string },
): Record<string, string> {
  return {
    ...problemsBy(fields, facts, draft),
    ...(draft.name.trim() === '' ? { name: words.needed } : {}),
    ...(draft.keepBodies === 'time' && durationOf(draft.bodiesTime) === null
      ? { [at('bodies.keepMs')]: words.duration }
      : {}),
  };
}

/** What a browser may keep of a draft: a secret that was typed is as it was before. */
export function withoutSecrets(draft: DestinationDraft, before: DestinationDraft): DestinationDraft {
  const stored = new Map(before.headers.map((one) => [one.name, one.value]));
  return {
    ...draft,
    headers: draft.headers.map((one) =>
      one.isSecret && typeof one.value === 'string' ? { ...one, value: stored.get(one.name) ?? null } : one,
    ),
  };
}

function keepMsOf({ keepBodies, bodiesTime }: DestinationDraft): number | null {
  if (keepBodies === 'always') return null;
  return keepBodies === 'never' ? 0 : (durationOf(bodiesTime) ?? Number.NaN);
}

function outcomeDraft({ when, outcome, afterMs, items }: OutcomeRule): Omit<OutcomeDraft, 'row'> {
  return {
    status: textOf(when.status),
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

/** `true` and `7` as JSON, anything that is none as the text that it is. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // people leave out the quotes
  }
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
