import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { allQuery } from '../../data/api.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { terms } from '../../messages/en/terms.ts';
import { Panel } from '../../parts/panel.tsx';
import { useMay } from '../../session/rights.ts';
import { collectorUses } from './parameter-uses.ts';
import { Users } from './used-by-list.tsx';

const words = dataCollection.details;

/** The rules that name a collector. */
export function UsedBy({ collectorId }: { collectorId: string }): ReactNode {
  const mayActions = useMay('actions:view');
  const mayBehaviors = useMay('behaviors:view');
  const actions = useQuery({ ...allQuery('listActions'), enabled: mayActions });
  const behaviors = useQuery({ ...allQuery('listBehaviors'), enabled: mayBehaviors });
  const users = collectorUses(collectorId, actions.data ?? [], behaviors.data ?? []);
  const isKnown = actions.data !== undefined && behaviors.data !== undefined;
  return (
    <Panel title={terms.usedBy} text={words.usedByAll}>
      {users.length > 0 ? <Users users={users} /> : isKnown ? <Text>{words.usedByNone}</Text> : null}
    </Panel>
  );
}
