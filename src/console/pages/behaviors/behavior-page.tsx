import { Group, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { behaviorsIn } from '../../../contract/documents/condition-parts.ts';
import { useApiQuery } from '../../data/data.ts';
import { terms, behaviors as words } from '../../messages/en.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { ButtonLink, Icon, Panel } from '../../parts/parts.ts';
import { type Behavior, useBehaviors } from '../../parts/rules/rule-data.ts';
import { type RuleUser, RuleUsers } from '../../parts/rules/rule-users.tsx';
import { useMay } from '../../session/rights.ts';
import { behaviorKind, blockedBy } from './behavior.ts';
import { BehaviorEditor } from './behavior-editor.tsx';

export function BehaviorPage(): ReactNode {
  const mayManage = useMay('behaviors:manage');
  return (
    <DocumentPage
      kind={behaviorKind}
      lead={({ standard }) =>
        standard ? (
          <Group gap="xs">
            <Icon name="lock" size={13} />
            <Text span>{words.standard}</Text>
          </Group>
        ) : null
      }
      actions={({ id }) =>
        mayManage ? (
          <ButtonLink to="/behaviors/new" search={{ from: id }}>
            {terms.duplicate}
          </ButtonLink>
        ) : null
      }
      blockedBy={blockedBy}
      isFixed={({ standard }) => standard}
      tabs={words.details.tabs}
      panels={{
        details: (behavior) => <BehaviorEditor key={behavior.id} stored={behavior} />,
        used: (behavior) => <UsedByTab behavior={behavior} />,
      }}
    />
  );
}

/** The actions and behaviors that use a behavior. */
function UsedByTab({ behavior: { id, usedBy } }: { behavior: Behavior }): ReactNode {
  const mayActions = useMay('actions:view');
  const { data } = useApiQuery('listActions', { query: { behaviorId: id, limit: 200 } });
  const { behaviors } = useBehaviors();
  if (mayActions && data === undefined) return <Skeleton height={120} aria-busy="true" />;
  const users = [
    ...(data?.data ?? []).map((one): RuleUser => ({ ...one, kind: 'action' })),
    ...behaviors
      .filter(({ condition }) => behaviorsIn(condition).includes(id))
      .map((one): RuleUser => ({ id: one.id, name: one.name, kind: 'behavior' })),
  ];
  return (
    <Panel title={terms.usedBy}>
      <RuleUsers users={users} none={usedBy === 0 ? words.details.usedByNone : words.used(usedBy)} />
      {users.length > 0 && users.length < usedBy ? <Text c="dimmed">{terms.more(usedBy - users.length)}</Text> : null}
    </Panel>
  );
}
