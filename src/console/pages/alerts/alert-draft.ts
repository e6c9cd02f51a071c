import type { CallInput } from '../../../client/client.ts';
import type { Alert, QuietHours } from '../../../contract/documents/alert.ts';
import { type AlertType, weekDays } from '../../../contract/documents/alert-words.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import type { SecretValue } from '../../parts/secret-field.tsx';

type Body = CallInput<'replaceAlert'>['body'];

const secretFields = ['secret', 'previousSecret', 'password', 'hookUrl'] as const;

/** An alert as its form holds it: what each way needs side by side, lists and numbers as people type them. */
export type AlertDraft = Record<(typeof secretFields)[number], SecretValue> & {
  type: AlertType;
  name: string;
  description: string;
  isEnabled: boolean;
  url: string;
  host: string;
  port: string;
  security: 'starttls' | 'tls' | 'none';
  username: string;
  from: string;
  /** One per line. */
  to: string;
  ca: string;
  kinds: Alert['rules']['kinds'] & object;
  minSeverity: Alert['rules']['minSeverity'];
  on: Alert['rules']['on'];
  connectionIds: string[];
  /** What the form shows no field for. */
  actionIds: string[] | null;
  previousUntil: string | null;
  /** Empty: never. */
  remindEveryMs: string;
  isQuiet: boolean;
  quiet: QuietHours;
};

export function draftOf(alert: Alert | null): AlertDraft {
  const rules = alert?.rules;
  const draft: AlertDraft = {
    type: alert?.type ?? 'email',
    name: alert?.name ?? '',
    description: alert?.description ?? '',
    isEnabled: (alert?.status ?? 'enabled') === 'enabled',
    url: '',
    secret: null,
    previousSecret: null,
    previousUntil: null,
    hookUrl: null,
    host: '',
    port: '',
    security: 'starttls',
    username: '',
    password: null,
    from: '',
    to: '',
    ca: '',
    kinds: rules?.kinds ?? [],
    minSeverity: rules?.minSeverity ?? 'warning',
    on: rules?.on ?? ['opened', 'reopened', 'worsened', 'resolved'],
    connectionIds: rules?.connectionIds ?? [],
    actionIds: rules?.actionIds ?? null,
    remindEveryMs: rules === undefined ? '86400000' : String(rules.remindEveryMs ?? ''),
    isQuiet: alert?.quietHours != null,
    quiet: alert?.quietHours ?? {
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      from: '22:00',
      to: '07:00',
      days: [...weekDays],
      exceptCritical: true,
    },
  };
  if (alert?.type === 'webhook') return { ...draft, ...alert.settings };
  if (alert?.type === 'slack') return { ...draft, ...alert.settings };
  if (alert?.type !== 'email') return draft;
  const { port, username, to, ca, ...same } = alert.settings;
  return { ...draft, ...same, port: String(port ?? ''), username: username ?? '', to: to.join('\n'), ca: ca ?? '' };
}

/** What the browser may keep: everything but secrets. */
export function keptOf(draft: AlertDraft): Partial<AlertDraft> {
  return Object.fromEntries(Object.entries(draft).filter(([name]) => !secretFields.some((one) => one === name)));
}

/** The body that saves a draft. */
export function bodyOf(draft: AlertDraft): Body {
  const { type, kinds, minSeverity, on, connectionIds, actionIds, remindEveryMs } = draft;
  const common = {
    name: draft.name.trim(),
    description: draft.description.trim(),
    status: draft.isEnabled ? ('enabled' as const) : ('disabled' as const),
    rules: {
      kinds: kinds.length === 0 ? null : kinds,
      minSeverity,
      on,
      connectionIds: connectionIds.length === 0 ? null : connectionIds,
      actionIds,
      remindEveryMs: remindEveryMs === '' ? null : Number(remindEveryMs),
    },
    quietHours: draft.isQuiet ? draft.quiet : null,
  };
  const secretOf = (value: SecretValue) => (value === '' ? { set: false } : value);
  if (type === 'slack') return { ...common, type, settings: { hookUrl: secretOf(draft.hookUrl) } };
  if (type === 'webhook') {
    const { url, previousUntil } = draft;
    const secrets = { secret: secretOf(draft.secret), previousSecret: secretOf(draft.previousSecret) };
    return { ...common, type, settings: { url: url.trim(), ...secrets, previousUntil } };
  }
  return {
    ...common,
    type,
    settings: {
      host: draft.host.trim(),
      port: draft.port.trim() === '' ? null : Number(draft.port),
      security: draft.security,
      username: draft.username.trim() === '' ? null : draft.username.trim(),
      password: secretOf(draft.password),
      from: draft.from.trim(),
      to: linesOf(draft.to),
      ca: draft.ca.trim() === '' ? null : draft.ca,
    },
  };
}

/** What is compared with what somebody else saved: secrets are told by their marks alone. */
export function shownOf(draft: AlertDraft): object {
  const body = bodyOf(draft);
  const settings = Object.entries(body.settings).filter(
    ([name, value]) => !secretFields.some((one) => one === name) || (typeof value === 'object' && value !== null),
  );
  return { ...body, settings: Object.fromEntries(settings) };
}

/** What the form itself can tell to be wrong, by field. */
export function problemsOf(draft: AlertDraft): Record<string, string> {
  const { required, notAPort } = words.details;
  const needed = { email: ['host', 'from', 'to'], slack: [], webhook: ['url'] } as const;
  const time = /^([01]\d|2[0-3]):[0-5]\d$/;
  const { from, to, days } = draft.quiet;
  return {
    ...(draft.name.trim() === '' ? { name: required } : {}),
    ...Object.fromEntries(
      needed[draft.type].filter((field) => draft[field].trim() === '').map((field) => [field, required]),
    ),
    ...(draft.type === 'slack' && (draft.hookUrl === null || draft.hookUrl === '') ? { hookUrl: required } : {}),
    ...(draft.type === 'email' && !/^(\s*|[1-9]\d{0,4})$/.test(draft.port.trim()) ? { port: notAPort } : {}),
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

function linesOf(text: string): string[] {
  return text
    .split(/[\n,;]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
