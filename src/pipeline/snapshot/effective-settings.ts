import {
  type Retention,
  type Settings,
  type SettingsBody,
  settingsId,
  settingsInput,
} from '../../contract/documents/settings.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The retention of the operator's configuration, with defaults; keys in `fixed` can't be changed in the settings
 * document.
 */
export type OperatorRetention = { values: Retention; fixed: ReadonlySet<keyof Retention> };

const untouched: SettingsBody = { ...settingsInput.parse({}), name: 'Settings', hashKey: null };

/** The current settings document, or its defaults when it was never changed. */
export function settingsOf({ documents }: Pick<Snapshot, 'documents'>): SettingsBody {
  const body = documents.settings.get(settingsId)?.body;
  // Documents of earlier versions lack what came later.
  return body === undefined ? untouched : { ...untouched, ...body };
}

/** The effective retention: the operator's value, else the one in the settings document, else the default. */
export function retentionOf(snapshot: Pick<Snapshot, 'documents'>, { values, fixed }: OperatorRetention): Retention {
  const { retention } = settingsOf(snapshot);
  const pick = <K extends keyof Retention>(key: K): Retention[K] =>
    fixed.has(key) ? values[key] : ((retention[key] as Retention[K] | null) ?? values[key]); // null: not set here
  return { days: pick('days'), bytes: pick('bytes'), auditDays: pick('auditDays'), bodiesMs: pick('bodiesMs') };
}

/** The origin of each setting, by JSON pointer. */
export function originsOf(snapshot: Pick<Snapshot, 'documents'>, { fixed }: OperatorRetention): Settings['origins'] {
  const { retention, privacy, deliveries } = settingsOf(snapshot);
  const origins: Settings['origins'] = {};
  for (const [key, value] of Object.entries(retention)) {
    const isFixed = fixed.has(key as keyof Retention); // the schema's keys
    origins[`/retention/${key}`] = isFixed ? 'operator' : value === null ? 'default' : 'here';
  }
  for (const [key, value] of Object.entries(privacy))
    origins[`/privacy/${key}`] = value === false || (Array.isArray(value) && value.length === 0) ? 'default' : 'here';
  origins['/deliveries/held'] = deliveries.held ? 'here' : 'default';
  return origins;
}
