import type { CallInput } from '../../../client/client.ts';
import type { AuditAct, AuditKind } from '../../../contract/records/audit.ts';
import { audit as words } from '../../messages/en.ts';

/** The filters of the list, as they stand in the address. */
export type AuditFilters = {
  filter?: string | undefined;
  act?: string | undefined;
  kind?: string | undefined;
  result?: 'done' | 'refused' | undefined;
  id?: string | undefined;
  since?: keyof typeof words.ranges | undefined;
};

const rangesMs = { '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;

/** The same as the API takes them; `since` counts back from `now`. What the API does not know is left out. */
export function queryOf(filters: AuditFilters, now: number): NonNullable<CallInput<'listAudit'>['query']> {
  const { filter, act, kind, result, id, since } = filters;
  return {
    principal: filter,
    act: isAct(act) ? act : undefined,
    kind: isKind(kind) ? kind : undefined,
    result,
    id,
    createdAfter: since === undefined ? undefined : new Date(now - rangesMs[since]).toISOString(),
  };
}

export function isAct(text: string | undefined): text is AuditAct {
  return text !== undefined && Object.hasOwn(words.acts, text);
}

export function isKind(text: string | undefined): text is AuditKind {
  return text !== undefined && Object.hasOwn(words.kinds, text);
}
