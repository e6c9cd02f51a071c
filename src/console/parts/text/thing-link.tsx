import type { ReactNode } from 'react';
import type { AuditEntry } from '../../../contract/records/audit.ts';
import { useNamed } from '../../data/data.ts';
import { terms } from '../../messages/en.ts';
import { addressOf, hasPage } from './address-of.ts';
import { TextLink } from './links.tsx';

type Props = {
  entry: { act?: AuditEntry['act']; kind: string; id: string | null; name: string | null };
  /** `always` amid text. */
  underline?: 'hover' | 'always';
};

/** The thing that an entry of the audit log is about, or any other: a link where it still has a page. */
export function ThingLink({ entry, underline = 'hover' }: Props): ReactNode {
  const { act, kind, id, name } = entry;
  const destinations = useNamed('listAllDestinations');
  const text = name ?? id ?? terms.noName;
  if (id === null || act === 'delete') return text;
  const parent = destinations.get(id)?.connectionId;
  if (!hasPage(kind) || (kind === 'destination' && parent === undefined)) return text;
  return (
    <TextLink to={addressOf(kind, { id, connectionId: parent })} underline={underline}>
      {text}
    </TextLink>
  );
}
