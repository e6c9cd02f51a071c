import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { terms, dataCollection as words } from '../../messages/en.ts';
import { type Collector, collectorKind } from '../../parts/collector/collector.ts';
import { SendTab } from '../../parts/collector/send-tab.tsx';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { ActButton, Beside, CopyIcon, Icon, Panel, StatusBadge, Time } from '../../parts/parts.ts';
import { RulesThatName } from '../../parts/rules/rule-users.tsx';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { DeleteCollector, RotateKey } from './collector-dialogs.tsx';
import { CollectorEditor } from './collector-editor.tsx';

const RejectedRequests = lazyPart(() => import('./rejected-requests.tsx'), 'RejectedRequests');

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
            {words.columns.key} <Code>{key}</Code>
            <CopyIcon text={key} label={words.copyKey(name)} />
          </Group>
        </Group>
      )}
      actions={(collector) =>
        mayManage ? (
          <Button leftSection={<Icon name="key" />} onClick={() => rotate(collector)}>
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

/** The key before the last rotation while it is valid, when it was last used, and a button to end it. */
function PreviousKey({ collector }: { collector: Collector }): ReactNode {
  const { id, previousKey, previousUntil, previousUsedAt } = collector;
  const mayManage = useMay('collectors:manage');
  if (previousKey === null || previousUntil === null || Date.parse(previousUntil) <= Date.now()) return null;
  const w = words.previousKey;
  return (
    <Alert title={w.title} mb="md">
      <Group justify="space-between">
        <Text component="div">
          <Code>{previousKey}</Code> {w.until} <Time at={previousUntil} /> ·{' '}
          {previousUsedAt === null ? w.unused : w.used} {previousUsedAt === null ? null : <Time at={previousUsedAt} />}
        </Text>
        {mayManage ? (
          <ActButton
            size="xs"
            route="endPreviousKey"
            input={{ params: { id } }}
            done={w.ended}
            confirm={{ title: w.endTitle, children: w.endText }}
          >
            {w.end}
          </ActButton>
        ) : null}
      </Group>
    </Alert>
  );
}

/** The rules that name a collector. */
function UsedBy({ collectorId }: { collectorId: string }): ReactNode {
  return (
    <Panel title={terms.usedBy} text={words.details.usedByAll}>
      <RulesThatName query={{ collectorId }} none={words.details.usedByNone} />
    </Panel>
  );
}
