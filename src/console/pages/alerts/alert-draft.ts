import type { CallInput } from '../../../client/client.ts';
import type { Alert, QuietHours } from '../../../contract/documents/alert.ts';
import { type AlertType, weekDays } from '../../../contract/documents/alert-words.ts';
import { alertFacts as facts } from '../../data/schema-facts.ts';
import { alerts as words } from '../../messages/en.ts';
import * as f from '../../parts/form/form-fields.ts';

type Body = CallInput<'replaceAlert'>['body'];
type Rules = Alert['rules'];
type Email = Extract<Alert, { type: 'email' }>['settings'];

/** The fields of all channels. */
export const sharedFields = {
  name: f.needed(f.text('name')),
  description: f.block('description'),
  isEnabled: f.enabled(),
  minSeverity: f.choice<Rules['minSeverity']>('rules.minSeverity'),
  on: f.choice<Rules['on']>('rules.on'),
  actionIds: f.choice<Rules['actionIds']>('rules.actionIds'),
  remindEveryMs: f.number('rules.remindEveryMs'),
};

export const channelFields = {
  email: f.within('settings', {
    host: f.needed(f.text('host')),
    port: f.number('port'),
    security: f.choice<Email['security']>('security'),
    username: f.text('username'),
    password: f.secret('password'),
    from: f.needed(f.text('from')),
    to: f.needed(f.lines('to')),
    ca: f.block('ca'),
  }),
  slack: f.within('settings', { hookUrl: f.needed(f.secret('hookUrl')) }),
  webhook: f.within('settings', {
    url: f.needed(f.url('url')),
    secret: f.secret('secret'),
    previousSecret: f.secret('previousSecret'),
    previousUntil: f.choice<string | null>('previousUntil'),
  }),
};

/** Every field that has a descriptor. */
export const alertFields = {
  ...sharedFields,
  ...channelFields.email,
  ...channelFields.slack,
  ...channelFields.webhook,
};

/** An alert as its form holds it: the fields of all channels, with lists and numbers as people type them. */
export type AlertDraft = f.DraftOf<typeof alertFields> & {
  type: AlertType;
  kinds: Rules['kinds'] & object;
  connectionIds: string[];
  isQuiet: boolean;
  quiet: QuietHours;
};

export function draftOf(alert: Alert | null): AlertDraft {
  const type = alert?.type ?? 'email';
  return {
    ...f.draftBy(alertFields, facts, null),
    ...(alert === null ? {} : f.draftBy({ ...sharedFields, ...channelFields[type] }, facts, alert)),
    type,
    kinds: alert?.rules.kinds ?? [],
    connectionIds: alert?.rules.connectionIds ?? [],
    isQuiet: alert?.quietHours != null,
    quiet: alert?.quietHours ?? {
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      from: '22:00',
      to: '07:00',
      days: [...weekDays],
      exceptCritical: true,
    },
  };
}

/** What the browser may keep: everything but secrets. */
export const keptOf = (draft: AlertDraft): Partial<AlertDraft> => f.keptBy(alertFields, draft);

/** The body that saves a draft. */
export function bodyOf(draft: AlertDraft): Body {
  const { type, kinds, connectionIds } = draft;
  const typed = { ...draft, to: draft.to.replaceAll(/[,;]/g, '\n') };
  const body = f.bodyBy({ ...sharedFields, ...channelFields[type] }, facts, typed);
  const rules = {
    ...(body['rules'] as Rules), // each value by its path
    kinds: kinds.length === 0 ? null : kinds,
    connectionIds: connectionIds.length === 0 ? null : connectionIds,
  };
  return { ...body, type, rules, quietHours: draft.isQuiet ? draft.quiet : null } as Body; // the settings of its type
}

/** The values compared with those of another person: secrets are compared by their marks. */
export function shownOf(draft: AlertDraft): object {
  const body = bodyOf(draft);
  const settings = Object.entries(body.settings).filter(
    ([name, value]) =>
      alertFields[name as keyof typeof alertFields]?.kind !== 'secret' || (typeof value === 'object' && value !== null),
  );
  return { ...body, settings: Object.fromEntries(settings) };
}

/** The problems that the form finds itself, by path. */
export function problemsOf(draft: AlertDraft): Record<string, string> {
  const { name, remindEveryMs } = sharedFields;
  const fields = { name, remindEveryMs, ...channelFields[draft.type] };
  return {
    ...f.problemsBy(fields, facts, draft, { ...words.fields, ...words.nounOf }),
    ...(draft.isQuiet ? problemsOfHours(draft.quiet) : {}),
  };
}

function problemsOfHours({ from, to, days }: QuietHours): Record<string, string> {
  const isTime = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
  const { notATime, differs, noDay } = words.quiet;
  return {
    ...(isTime(from) ? {} : { 'quietHours.from': notATime }),
    ...(isTime(to) ? (from === to ? { 'quietHours.to': differs } : {}) : { 'quietHours.to': notATime }),
    ...(days.length === 0 ? { 'quietHours.days': noDay } : {}),
  };
}
