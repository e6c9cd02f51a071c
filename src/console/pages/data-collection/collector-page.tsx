import { Button, Code, Group } from '@mantine/core';
import { lazy, type ReactNode, useState } from 'react';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { Beside } from '../../parts/beside.tsx';
import { CopyIcon } from '../../parts/copy-button.tsx';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { Icon } from '../../parts/icon.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { type Collector, collectorKind } from './collector.ts';
import { DeleteCollector, RotateKey } from './collector-dialogs.tsx';
import { CollectorEditor } from './collector-editor.tsx';
import { PreviousKey } from './previous-key.tsx';
import { SendTab } from './send-tab.tsx';
import { UsedBy } from './used-by.tsx';

const RejectedRequests = lazy(() =>
  import('./rejected-requests.tsx').then((made) => ({ default: made.RejectedRequests })),
);

export function CollectorPage(): ReactNode {
  const mayManage = useMay('collectors:manage');
  const [rotated, rotate] = useState<Collector | null>(null);
  return (
    <DocumentPage
      kind={collectorKind}
      lead={({ status, key, name }) => (
        <Group gap="sm">
          <StatusBadge status={status} />
          <Group gap={4} wrap="nowrap">
            <Code>{key}</Code>
            <CopyIcon text={key} label={words.copyKey(name)} />
          </Group>
        </Group>
      )}
      actions={(collector) =>
        mayManage ? (
          <Button variant="default" leftSection={<Icon name="key" />} onClick={() => rotate(collector)}>
            {words.rotate}
          </Button>
        ) : null
      }
      deletion={DeleteCollector}
      tabs={words.tabs}
      panels={{
        send: (collector) => <SendTab collector={collector} />,
        details: (collector) => (
          <Beside aside={<UsedBy collectorId={collector.id} />}>
            <CollectorEditor key={collector.id} stored={collector} />
          </Beside>
        ),
        rejected: ({ id }) => <RejectedRequests collectorId={id} />,
      }}
    >
      {(collector) => (
        <>
          <PreviousKey collector={collector} />
          <RotateKey document={rotated} onClose={() => rotate(null)} />
        </>
      )}
    </DocumentPage>
  );
}
