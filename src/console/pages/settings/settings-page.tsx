import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { settings as words } from '../../messages/en/settings.ts';
import { DetailTabs } from '../../parts/detail-tabs.tsx';
import { Page } from '../../shell/page.tsx';
import { AppearanceTab } from './appearance-tab.tsx';
import { ConfigurationTable } from './configuration-table.tsx';
import { SettingsNav } from './settings-nav.tsx';
import { SystemTab } from './system-tab.tsx';

const DeletedTab = lazy(() => import('./deleted-tab.tsx').then(({ DeletedTab }) => ({ default: DeletedTab })));
const TransferTab = lazy(() => import('./transfer-tab.tsx').then(({ TransferTab }) => ({ default: TransferTab })));

export function SettingsPage(): ReactNode {
  const { tab = 'appearance' } = useSearch({ from: '/shell/settings' });
  const navigate = useNavigate({ from: '/settings' });
  return (
    <Page title={words.tabs[tab]} object={words.title}>
      <SettingsNav />
      <DetailTabs
        label={words.tabList}
        names={words.tabs}
        shown={tab}
        onShow={(next) => void navigate({ search: { tab: next } })}
        panels={{
          appearance: <AppearanceTab />,
          system: <SystemTab />,
          network: <ConfigurationTable part="network" />,
          transfer: (
            <Suspense>
              <TransferTab />
            </Suspense>
          ),
          deleted: (
            <Suspense>
              <DeletedTab />
            </Suspense>
          ),
        }}
      />
    </Page>
  );
}
