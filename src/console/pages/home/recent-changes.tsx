import { Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { nouns } from '../../messages/counts.ts';
import { home } from '../../messages/en/home.ts';
import { Panel } from '../../parts/panel.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import type { DocumentsHere } from './use-documents.ts';

const words = home.changes;
const shown = 8;

/** Who changed what, newest first. */
export function RecentChanges({ documents }: { documents: DocumentsHere }): ReactNode {
  const changed = recent(documents);
  const mayAudit = useMay('audit:view');
  const isWaiting = documents.connections === undefined && documents.actions === undefined && documents.error === null;
  return (
    <Panel title={words.title}>
      {isWaiting ? <Skeleton height={120} /> : null}
      {!isWaiting && documents.error === null && changed.length === 0 ? <Text c="dimmed">{words.none}</Text> : null}
      {changed.length === 0 ? null : (
        <Stack component="ul" gap="xs">
          {changed.slice(0, shown).map(({ kind, to, document: { id, name, version, updatedAt, updatedBy } }) => (
            <li key={id}>
              <Anchor component={Link} to={to as '/'}>
                {name}
              </Anchor>
              <Text c="dimmed" size="sm">
                {version === 1 ? words.created(nouns[kind].one, updatedBy) : words.changed(nouns[kind].one, updatedBy)},{' '}
                <Time at={updatedAt} />
              </Text>
            </li>
          ))}
        </Stack>
      )}
      {mayAudit ? (
        <Anchor component={Link} to="/settings/audit" size="sm">
          {words.all}
        </Anchor>
      ) : null}
    </Panel>
  );
}

type Document = { id: string; name: string; version: number; updatedAt: string; updatedBy: string };
type Changed = { kind: keyof typeof nouns; to: string; document: Document };

function recent(documents: DocumentsHere): Changed[] {
  const { connections = [], destinations = [], actions = [], behaviors = [], collectors = [] } = documents;
  const of = <D extends Document>(kind: Changed['kind'], all: readonly D[], to: (one: D) => string): Changed[] =>
    all.map((document) => ({ kind, document, to: `${to(document)}/${document.id}` }));
  return [
    ...of('connections', connections, () => '/connections'),
    ...of('destinations', destinations, ({ connectionId }) => `/connections/${connectionId}/destinations`),
    ...of('actions', actions, () => '/actions'),
    ...of(
      'behaviors',
      behaviors.filter(({ standard }) => !standard),
      () => '/behaviors',
    ),
    ...of('collectors', collectors, () => '/data-collection'),
  ].toSorted((a, b) => (a.document.updatedAt < b.document.updatedAt ? 1 : -1));
}
