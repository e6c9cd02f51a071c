import type { CallInput } from '../../../client/client.ts';
import type { Alert, QuietHours } from '../../../contract/documents/alert.ts';
import { type AlertType, weekDays } from '../../../contract/documents/alert-words.ts';
import { alertFacts as facts } from '../../data/schema-facts.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import {
  block,
  bodyBy,
  choice,
  type DraftOf,
  draftBy,
  keptBy,
  lines,
  number,
  problemsBy,
  secret,
  text,
} from '../../parts/form/form-fields.ts';

type Body = CallInput<'replaceAlert'>['body'];
type Rules = Alert['rules'];
type Email = Extract<Alert, { type: 'email' }>['settings'];

/** The fields of all channels, by their paths in the body. */
const sharedFields = {
  name: text('name'),
  description: text('description'),
  minSeverity: choice<Rules['minSeverity']>('rules.minSeverity'),
  on: choice<Rules['on']>('rules.on'),
  actionIds: choice<Rules['actionIds']>('rules.actionIds'),
  remindEveryMs: number('rules.remindEveryMs'),
};

const channelFields = {
  email: {
    host: text('settings.host'),
    port: number('settings.port'),
    security: choice<Email['security']>('settings.security'),
    username: text('settings.username'),
    password: secret('settings.password'),
    from: text('settings.from'),
    to: lines('settings.to'),
    ca: block('settings.ca'),
  },
  slack: { hookUrl: secret('settings.hookUrl') },
  webhook: {
    url: text('settings.url'),
    secret: secret('settings.secret'),
    previousSecret: secret('settings.previousSecret'),
    previousUntil: choice<string | null>('settings.previousUntil'),
  },
};

/** Every field that has a descriptor. */
export const alertFields = {
  ...sharedFields,
  ...channelFields.email,
  ...channelFields.slack,
  ...channelFields.webhook,
};

/** An alert as its form holds it: what each way needs side by side, lists and numbers as people type them. */
export type AlertDraft = DraftOf<typeof alertFields> & {
  type: AlertType;
  isEnabled: boolean;
  kinds: Rules['kinds'] & object;
  connectionIds: string[];
  isQuiet: boolean;
  quiet: QuietHours;
};

export function draftOf(alert: Alert | null): AlertDraft {
  const type = alert?.type ?? 'email';
  return {
    ...draftBy(alertFields, facts, null),
    ...(alert === null ? {} : draftBy({ ...sharedFields, ...channelFields[type] }, facts, alert)),
    type,
    isEnabled: (alert?.status ?? 'enabled') === 'enabled',
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
export const keptOf = (draft: AlertDraft): Partial<AlertDraft> => keptBy(alertFields, draft);

/** The body that saves a draft. */
export function bodyOf(draft: AlertDraft): Body {
  const { type, kinds, connectionIds } = draft;
  const typed = { ...draft, to: draft.to.replaceAll(/[,;]/g, '\n') };
  const body = bodyBy({ ...sharedFields, ...channelFields[type] }, facts, typed);
  const rules = {
    ...(body['rules'] as Rules), // each value by its path
    kinds: kinds.length === 0 ? null : kinds,
    connectionIds: connectionIds.length === 0 ? null : connectionIds,
  };
  const status = draft.isEnabled ? 'enabled' : 'disabled';
  return { ...body, type, status, rules, quietHours: draft.isQuiet ? draft.quiet : null } as Body; // the settings of its type
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

/** What the form itself can tell to be wrong, by field. */
export function problemsOf(draft: AlertDraft): Record<string, string> {
  const { required } = words.details;
  const needed = { email: ['host', 'from', 'to'], slack: [], webhook: ['url'] } as const;
  const time = /^([01]\d|2[0-3]):[0-5]\d$/;
  const { from, to, days } = draft.quiet;
  return {
    ...(draft.name.trim() === '' ? { name: required } : {}),
    ...Object.fromEntries(
      needed[draft.type].filter((field) => draft[field].trim() === '').map((field) => [field, required]),
    ),
    ...(draft.type === 'slack' && (draft.hookUrl === null || draft.hookUrl === '') ? { hookUrl: required } : {}),
    ...(draft.type === 'email' ? atFields(problemsBy(channelFields.email, facts, draft)) : {}),
    ...(draft.isQuiet
      ? {
          ...(time.test(from) ? {} : { quietFrom: words.quiet.notATime }),
          ...(time.test(to)
            ? from === to
              ? { quietTo: words.quiet.differs }
              : {}
            : { quietTo: words.quiet.notATime }),
          ...(days.length === 0 ? { quietDays: words.quiet.noDay } : {}),
        }
      : {}),
  };
}

/** What the server said about fields, at the fields of the form. */
export function atFields(told: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(told).map(([path, text]) => {
    const [area, field = '', index] = path.split('.');
    if (area === 'settings' && field === 'to' && index !== undefined) return ['to', text];
    if (area === 'settings') return [field, text];
    if (area === 'quietHours') return [field === 'timeZone' ? field : field === 'to' ? 'quietTo' : 'quietFrom', text];
    return [area === 'rules' ? field : path, text];
  });
  return Object.fromEntries(entries);
}
