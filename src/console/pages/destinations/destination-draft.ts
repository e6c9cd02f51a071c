import type { Answer, CallInput } from '../../../client/client.ts';
import { durationOf, durationText } from '../../parts/duration-text.ts';
import type { HeaderDraft } from '../../parts/header-rows.tsx';
import { linesOf } from '../../parts/privacy-draft.ts';
import { type Row, rows } from '../../parts/rows.ts';
import type { SecretValue } from '../../parts/secret-field.tsx';
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

/** A destination as its form holds it: everything that is typed is text. */
export type DestinationDraft = {
  name: string;
  description: string;
  method: Destination['method'];
  contentType: string;
  path: string;
  template: string;
  status: Destination['status'];
  escape: Settings['escape'];
  headers: HeaderDraft[];
  batchRecords: string;
  batchBytes: string;
  batchWait: string;
  batchKey: string;
  isOrdered: boolean;
  orderKey: string;
  orderReleaseAfter: string;
  /** The three of a rate, and the two of a retry policy: all empty means as the connection says. */
  rateLimit: string;
  ratePer: string;
  rateConcurrency: string;
  retrySchedule: string;
  retryJitter: string;
  outcomes: OutcomeDraft[];
  onTimeout: Settings['onTimeout'];
  getBody: boolean;
  keepBodies: 'always' | 'never' | 'time';
  bodiesTime: string;
  /** Patterns, one per line. */
  bodiesMask: string;
};

/** The documented example: the first record as it is. */
export const firstTemplate = '{{! return JSON.stringify(it.data[0]); }}';

export const emptyDraft: DestinationDraft = {
  name: '',
  description: '',
  method: 'POST',
  contentType: 'application/json',
  path: '',
  template: firstTemplate,
  status: 'disabled',
  escape: 'auto',
  headers: [],
  batchRecords: '1',
  batchBytes: '1048576',
  batchWait: '1 s',
  batchKey: '',
  isOrdered: false,
  orderKey: 'visitorId',
  orderReleaseAfter: '',
  rateLimit: '',
  ratePer: '',
  rateConcurrency: '',
  retrySchedule: '',
  retryJitter: '',
  outcomes: [],
  onTimeout: 'retry',
  getBody: false,
  keepBodies: 'always',
  bodiesTime: '7 d',
  bodiesMask: '',
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
  const { name, description, method, contentType, path, template, status, settings } = stored;
  const { headers, batch, order, rate, retry, outcomes, onTimeout, getBody } = settings;
  return {
    name,
    description,
    method,
    contentType,
    path,
    template,
    status,
    escape: settings.escape,
    headers: rows(headers.map(({ name, value, secret }) => ({ name, value: value as SecretValue, isSecret: secret }))), // as GET gives it: a text or a mark
    batchRecords: String(batch.records),
    batchBytes: String(batch.bytes),
    batchWait: durationText(batch.waitMs),
    batchKey: batch.key ?? '',
    isOrdered: order !== null,
    orderKey: order?.key ?? emptyDraft.orderKey,
    orderReleaseAfter: textOf(order?.releaseAfter),
    rateLimit: textOf(rate?.limit),
    ratePer: rate === null ? '' : durationText(rate.perMs),
    rateConcurrency: textOf(rate?.concurrency),
    retrySchedule: retry === null ? '' : retry.scheduleMs.map(durationText).join(', '),
    retryJitter: textOf(retry?.jitter),
    outcomes: rows(outcomes.map(outcomeDraft)),
    onTimeout,
    getBody,
    ...bodiesDraft(settings.bodies),
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

/** The body that saves a draft. What can't be read as a number goes out as NaN, which the server refuses at its field. */
export function bodyOf(draft: DestinationDraft): Body {
  const { name, description, method, contentType, path, template, status, onTimeout, getBody } = draft;
  const hasRate = draft.rateLimit + draft.ratePer + draft.rateConcurrency !== '';
  const hasRetry = draft.retrySchedule + draft.retryJitter !== '';
  return {
    name: name.trim(),
    description,
    method,
    contentType: contentType.trim(),
    path: path.trim(),
    template,
    status,
    settings: {
      escape: draft.escape,
      onTimeout,
      getBody,
      headers: draft.headers.map(({ name, value, isSecret }) => ({
        name: name.trim(),
        value: isSecret ? (value === '' ? { set: false } : value) : typeof value === 'string' ? value : '',
        secret: isSecret,
      })) as NonNullable<Body['settings']>['headers'], // a text or a mark, branded only on the server
      batch: {
        records: Number(draft.batchRecords),
        bytes: Number(draft.batchBytes),
        waitMs: durationOf(draft.batchWait) ?? Number.NaN,
        key: orNull(draft.batchKey),
      },
      order: draft.isOrdered
        ? { key: draft.orderKey.trim(), releaseAfter: numberOrNull(draft.orderReleaseAfter) }
        : null,
      rate: hasRate
        ? {
            limit: numberOrNull(draft.rateLimit),
            perMs: draft.ratePer.trim() === '' ? 1_000 : (durationOf(draft.ratePer) ?? Number.NaN),
            concurrency: numberOrNull(draft.rateConcurrency),
          }
        : null,
      retry: hasRetry
        ? {
            ...(draft.retrySchedule.trim() === '' ? {} : { scheduleMs: scheduleOf(draft.retrySchedule) }),
            ...(draft.retryJitter.trim() === '' ? {} : { jitter: Number(draft.retryJitter) }),
          }
        : null,
      outcomes: draft.outcomes.map(outcomeOf),
      bodies: { keepMs: keepMsOf(draft), mask: linesOf(draft.bodiesMask) },
    },
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

/** Fields that the form itself can tell to be missing or unreadable, by their paths in the API. */
export function unreadable(draft: DestinationDraft): ('name' | 'wait' | 'per' | 'schedule')[] {
  return [
    ...(draft.name.trim() === '' ? (['name'] as const) : []),
    ...(durationOf(draft.batchWait) === null ? (['wait'] as const) : []),
    ...(draft.ratePer.trim() !== '' && durationOf(draft.ratePer) === null ? (['per'] as const) : []),
    ...(draft.retrySchedule.trim() !== '' && scheduleOf(draft.retrySchedule).some(Number.isNaN)
      ? (['schedule'] as const)
      : []),
  ];
}

function keepMsOf({ keepBodies, bodiesTime }: DestinationDraft): number | null {
  if (keepBodies === 'always') return null;
  return keepBodies === 'never' ? 0 : (durationOf(bodiesTime) ?? Number.NaN);
}

/** Stored by an older version a destination says nothing of bodies. */
function bodiesDraft(bodies: Settings['bodies'] | undefined) {
  const { keepMs = null, mask = [] } = bodies ?? {};
  const bodiesMask = mask.join('\n');
  if (keepMs === null || keepMs === 0)
    return { keepBodies: keepMs === null ? ('always' as const) : ('never' as const), bodiesTime: '7 d', bodiesMask };
  return { keepBodies: 'time' as const, bodiesTime: durationText(keepMs), bodiesMask };
}

function scheduleOf(text: string): number[] {
  return text.split(',').map((one) => durationOf(one) ?? Number.NaN);
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

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

function numberOrNull(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}
