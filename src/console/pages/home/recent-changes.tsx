import { Anchor, Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { home } from '../../messages/en/home.ts';
import { Panel } from '../../parts/panel.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import css from './home-page.module.css';
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
      {!isWaiting && changed.length === 0 ? <Text c="dimmed">{words.none}</Text> : null}
      <ul className={css['changes']}>
        {changed.slice(0, shown).map(({ id, kind, name, to, version, updatedAt, updatedBy }) => (
          <li key={id}>
            <div>
              <Anchor component={Link} to={to as '/'}>
                {name}
              </Anchor>
            </div>
            <Text c="dimmed" size="sm">
              {version === 1
                ? words.created(words.kinds[kind], updatedBy)
                : words.changed(words.kinds[kind], updatedBy)}
              , <Time at={updatedAt} />
            </Text>
          </li>
        ))}
      </ul>
      {mayAudit ? (
        <Anchor component={Link} to="/settings/audit" size="sm">
          {words.all}
        </Anchor>
      ) : null}
    </Panel>
  );
}

type Changed = {
  id: string;
  kind: keyof typeof words.kinds;
  name: string;
  to: string;
  version: number;
  updatedAt: string;
  updatedBy: string;
};

function recent(documents: DocumentsHere): Changed[] {
  const { connections = [], destinations = [], actions = [], behaviors = [], collectors = [] } = documents;
  const all: Changed[] = [
    ...connections.map((one) => ({ ...one, kind: 'connection' as const, to: `/connections/${one.id}` })),
    ...destinations.map((one) => ({
      ...one,
      kind: 'destination' as const,
      to: `/connections/${one.connectionId}/destinations/${one.id}`,
    })),
    ...actions.map((one) => ({ ...one, kind: 'action' as const, to: `/actions/${one.id}` })),
    ...behaviors
      .filter(({ standard }) => !standard)
      .map((one) => ({ ...one, kind: 'behavior' as const, to: `/behaviors/${one.id}` })),
    ...collectors.map((one) => ({ ...one, kind: 'collector' as const, to: `/data-collection/${one.id}` })),
  ];
  return all.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
}
