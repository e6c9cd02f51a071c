import {
  type Retention,
  type Settings,
  type SettingsBody,
  settingsId,
  settingsInput,
} from '../../contract/documents/settings.ts';
import type { Snapshot } from './snapshot.ts';

/** What the operator's configuration says of retention, defaults included; what is `fixed` can't be changed here. */
export type OperatorRetention = { values: Retention; fixed: ReadonlySet<keyof Retention> };

const untouched: SettingsBody = { ...settingsInput.parse({}), name: 'Settings', hashKey: null };

/** The document of the settings as it stands, or as it is before anybody changed any. */
export function settingsOf({ documents }: Pick<Snapshot, 'documents'>): SettingsBody {
  return documents.settings.get(settingsId)?.body ?? untouched;
}

/** How long things are kept: as the operator says, else as it is set here, else by default. */
export function retentionOf(snapshot: Pick<Snapshot, 'documents'>, { values, fixed }: OperatorRetention): Retention {
  const { retention } = settingsOf(snapshot);
  const pick = <K extends keyof Retention>(key: K): Retention[K] =>
    fixed.has(key) ? values[key] : ((retention[key] as Retention[K] | null) ?? values[key]); // null: not set here
  return { days: pick('days'), bytes: pick('bytes'), auditDays: pick('auditDays'), bodiesMs: pick('bodiesMs') };
}

/** Where each setting comes from, by JSON pointer. */
export function originsOf(snapshot: Pick<Snapshot, 'documents'>, { fixed }: OperatorRetention): Settings['origins'] {
  const { retention, privacy } = settingsOf(snapshot);
  const origins: Settings['origins'] = {};
  for (const [key, value] of Object.entries(retention)) {
    const isFixed = fixed.has(key as keyof Retention); // the schema's keys
    origins[`/retention/${key}`] = isFixed ? 'operator' : value === null ? 'default' : 'here';
  }
  for (const [key, value] of Object.entries(privacy))
    origins[`/privacy/${key}`] = value === false || (Array.isArray(value) && value.length === 0) ? 'default' : 'here';
  return origins;
}
