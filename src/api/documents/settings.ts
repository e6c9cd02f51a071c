import { serverSetFields } from '../../contract/documents/server-set-fields.ts';
import {
  type Retention,
  type Settings,
  type SettingsBody,
  settings,
  settingsId,
  settingsInput,
} from '../../contract/documents/settings.ts';
import { AppError, invalid } from '../../contract/errors.ts';
import { isObject } from '../../contract/json.ts';
import { originsOf, retentionOf, settingsOf } from '../../pipeline/snapshot/effective-settings.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { mergePatch } from '../http/merge-patch.ts';
import { validate } from '../http/validate.ts';
import { nextVersion } from './reading.ts';
import { isSameBody } from './secret-fields.ts';

/** The fields that a PATCH ignores. */
const serverSet = serverSetFields({ body: settingsInput, output: settings });

/** The settings of the installation. */
export function settingsHandlers(parts: ApiParts) {
  const { operator, pipeline } = parts;
  const { configuration } = pipeline;

  function show(snapshot: Snapshot): Settings {
    const document = snapshot.documents.settings.get(settingsId);
    return {
      retention: retentionOf(snapshot, operator.retention),
      privacy: settingsOf(snapshot).privacy,
      deliveries: settingsOf(snapshot).deliveries,
      origins: originsOf(snapshot, operator.retention),
      configuration: [...operator.configuration],
      version: document?.version ?? 0,
      updatedAt: document?.updatedAt ?? null,
      updatedBy: document?.updatedBy ?? null,
    };
  }

  /** The settings after a patch. A retention value that equals the one in effect is not stored. */
  function changed(json: unknown, snapshot: Snapshot): SettingsBody {
    if (!isObject(json)) throw invalid([{ pointer: '', detail: 'Must be an object.' }]);
    const patch = Object.fromEntries(Object.entries(json).filter(([key]) => !serverSet.has(key)));
    const before = settingsOf(snapshot);
    if (isObject(patch['retention'])) patch['retention'] = news(patch['retention'], snapshot);
    const { retention, privacy, deliveries } = before;
    const stored = { retention: withoutNulls(retention), privacy, deliveries };
    const parsed = validate(settingsInput, mergePatch(stored, patch));
    return { ...before, ...parsed };
  }

  function news(retention: Record<string, unknown>, snapshot: Snapshot): Record<string, unknown> {
    const present = new Map<string, unknown>(Object.entries(retentionOf(snapshot, operator.retention)));
    const entries = Object.entries(retention).filter(([key, value]) => value === null || present.get(key) !== value);
    const fixed = entries.find(([key]) => operator.retention.fixed.has(key as keyof Retention)); // of any text
    if (fixed !== undefined && fixed[1] !== present.get(fixed[0]))
      throw new AppError('conflict', `The operator has set retention.${fixed[0]}, so it can't be changed here.`);
    return Object.fromEntries(entries);
  }

  return {
    getSettings: () => show(configuration.snapshot),

    async changeSettings(call) {
      const snapshot = await configuration.change({ ...call.author, act: 'change' }, (present) => {
        const stored = present.documents.settings.get(settingsId);
        call.ifMatch({ version: stored?.version ?? 0 });
        const body = changed(call.json, present);
        if (isSameBody(body, settingsOf(present))) return [];
        const next = nextVersion(body, stored, call, parts.now());
        return [{ op: 'put', document: { kind: 'settings', id: settingsId, ...next } }];
      });
      return show(snapshot);
    },
  } satisfies Partial<Handlers>;
}

function withoutNulls(retention: SettingsBody['retention']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(retention).filter(([, value]) => value !== null));
}
