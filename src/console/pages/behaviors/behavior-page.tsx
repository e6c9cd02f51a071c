import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { terms, behaviors as words } from '../../messages/en.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { ButtonLink, Icon, Panel } from '../../parts/parts.ts';
import { RulesThatName } from '../../parts/rules/rule-users.tsx';
import { useMay } from '../../session/rights.ts';
import { type Behavior, behaviorKind, blockedBy } from './behavior.ts';
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
  return (
    <Panel title={terms.usedBy}>
      <RulesThatName query={{ behaviorId: id }} none={usedBy === 0 ? words.details.usedByNone : words.used(usedBy)} />
    </Panel>
  );
}
