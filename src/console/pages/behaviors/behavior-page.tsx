import { Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { terms } from '../../messages/en/terms.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { Icon } from '../../parts/icon.tsx';
import { VersionsTab } from '../../parts/payload/versions-tab.tsx';
import { useMay } from '../../session/rights.ts';
import { behaviorKind, blockedBy } from './behavior.ts';
import { BehaviorEditor } from './behavior-editor.tsx';
import { UsedByTab } from './used-by-tab.tsx';

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
          <Button component={Link} to="/behaviors/new" search={{ from: id } as never} variant="default">
            {terms.duplicate}
          </Button>
        ) : null
      }
      blockedBy={blockedBy}
      tabs={words.details.tabs}
      panels={{
        details: (behavior) => <BehaviorEditor key={behavior.id} stored={behavior} />,
        used: (behavior) => <UsedByTab behavior={behavior} />,
        versions: (behavior) => (
          <VersionsTab kind="behavior" document={behavior} mayManage={mayManage && !behavior.standard} />
        ),
      }}
    />
  );
}
