import type { ReactNode } from 'react';
import type { AuditEntry } from '../../../contract/records/audit.ts';
import { useNames } from '../../data/data.ts';
import { terms } from '../../messages/en.ts';
import { addressOf, hasPage } from './address-of.ts';
import { TextLink } from './links.tsx';

type Props = {
  entry: { act?: AuditEntry['act']; kind: string; id: string | null; name: string | null };
  /** `always` amid text. */
  underline?: 'hover' | 'always';
  size?: 'xs';
  /** Large enough to be touched beside others. */
  display?: 'inline-block';
  py?: number;
  /** Of the page of the thing. */
  search?: object;
};

/** The kinds that may be deleted, or hidden, while something still has their id. */
const isNamed = new Set(['action', 'connection', 'destination']);

/** The thing that an entry of the audit log is about, or any other: a link where it still has a page that one may see. */
export function ThingLink({ entry, underline = 'hover', search = {}, ...look }: Props): ReactNode {
  const { act, kind, id, name } = entry;
  const names = useNames();
  const text = name ?? id ?? terms.noName;
  if (id === null || act === 'delete' || !hasPage(kind)) return <bdi>{text}</bdi>;
  const named = isNamed.has(kind) ? names.of(id) : undefined;
  if (isNamed.has(kind) && named == null) return <bdi>{text}</bdi>;
  const connectionId = named?.connectionId ?? undefined;
  return (
    <TextLink to={addressOf(kind, { id, connectionId })} search={search as never} underline={underline} {...look}>
      <bdi>{text}</bdi>
    </TextLink>
  );
}
