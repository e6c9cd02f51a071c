import { Menu } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { terms, connections as words } from '../../messages/en.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { ButtonLink, Icon } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { useConnectionStatus } from './change-status.ts';
import type { Connection } from './connection.ts';
import { connectionKind } from './connection-kind.ts';
import { columnsOf } from './connections-columns.tsx';
import { filtersOf, texts } from './connections-filters.ts';
import { TestDialog } from './form/test-authentication.tsx';
import { ReadyBanner } from './ready-banner.tsx';
import { blockedBy, useFigures, useUsage } from './usage.ts';

export function ConnectionsPage(): ReactNode {
  const mayManage = useMay('connections:manage');
  const [tested, test] = useState<Connection | null>(null);
  const status = useConnectionStatus();
  const usage = useUsage();
  const figuresOf = useFigures('connection');
  const columns = useMemo(() => columnsOf(usage, figuresOf), [usage, figuresOf]);
  return (
    <DocumentsPage
      kind={connectionKind}
      words={mayManage ? words : { ...words, emptyText: words.emptyNoRight(rights['connections:manage']) }}
      noun="connections"
      icon="connections"
      code="millrace apply crm.yaml"
      columns={columns}
      opens="done"
      filters={filtersOf(usage)}
      texts={texts}
      actions={
        <>
          <ButtonLink to="/connections/new/curl" leftSection={<Icon name="code" />}>
            {words.pasteCurl}
          </ButtonLink>
          <ButtonLink to="/settings" search={{ tab: 'transfer' }} leftSection={<Icon name="import" />}>
            {words.importYaml}
          </ButtonLink>
        </>
      }
      items={(row) => (
        <>
          <Menu.Item onClick={() => test(row)}>{terms.testAuthentication}</Menu.Item>
          <Menu.Item onClick={() => status.change(row, row.status === 'enabled' ? 'paused' : 'enabled')}>
            {row.status === 'enabled' ? terms.pause : terms.resume}
          </Menu.Item>
        </>
      )}
      blockedBy={(row) => blockedBy(usage, row)}
      above={<ReadyBanner usage={usage} />}
    >
      <TestDialog connection={tested} onClose={() => test(null)} />
    </DocumentsPage>
  );
}
