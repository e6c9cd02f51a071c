import type { ReactNode } from 'react';
import type { AuditEntry } from '../../../contract/records/audit.ts';
import { useNamed } from '../../data/named.ts';
import { terms } from '../../messages/en/terms.ts';
import { TextLink } from '../../parts/links.tsx';

type Props = {
  entry: Pick<AuditEntry, 'act' | 'kind' | 'id' | 'name'>;
  /** `always` amid text. */
  underline?: 'hover' | 'always';
};

/** The thing that an entry is about: a link where it still has a page. */
export function ThingLink({ entry, underline = 'hover' }: Props): ReactNode {
  const { act, kind, id, name } = entry;
  const destinations = useNamed('listAllDestinations');
  const text = name ?? id ?? terms.noName;
  if (id === null || act === 'delete') return text;
  const parent = destinations.get(id)?.connectionId;
  const to =
    kind === 'destination'
      ? parent === undefined
        ? undefined
        : `/connections/${parent}/destinations/${id}`
      : pages[kind]?.(id);
  if (to === undefined) return text;
  return (
    <TextLink to={to as '/'} underline={underline}>
      {text}
    </TextLink>
  );
}

const pages: Partial<Record<AuditEntry['kind'], (id: string) => string>> = {
  connection: (id) => `/connections/${id}`,
  action: (id) => `/actions/${id}`,
  behavior: (id) => `/behaviors/${id}`,
  collector: (id) => `/data-collection/${id}`,
  issue: (id) => `/issues/${id}`,
  delivery: (id) => `/deliveries/${id}`,
  user: (id) => `/settings/users/${id}`,
  role: (id) => `/settings/roles/${id}`,
};
