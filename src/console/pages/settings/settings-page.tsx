import { Button, Tabs } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { audit } from '../../messages/en/audit.ts';
import { settings as words } from '../../messages/en/settings.ts';
import { options } from '../../parts/options.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { AppearanceTab } from './appearance-tab.tsx';
import { SystemTab } from './system-tab.tsx';

const TransferTab = lazy(() => import('./transfer-tab.tsx').then(({ TransferTab }) => ({ default: TransferTab })));

export function SettingsPage(): ReactNode {
  const { tab = 'appearance' } = useSearch({ from: '/shell/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const mayAudit = useMay('audit:view');
  return (
    <Page
      title={words.tabs[tab]}
      object={words.title}
      actions={
        mayAudit ? (
          <Button component={Link} to="/settings/audit" variant="default">
            {audit.title}
          </Button>
        ) : undefined
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => void navigate({ search: { tab: next as typeof tab } })} // one of the tabs below
      >
        <Tabs.List mb="md" aria-label={words.tabList}>
          {options(words.tabs).map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="appearance">
          <AppearanceTab />
        </Tabs.Panel>
        <Tabs.Panel value="system">
          <SystemTab />
        </Tabs.Panel>
        <Tabs.Panel value="transfer">
          <Suspense>
            <TransferTab />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
