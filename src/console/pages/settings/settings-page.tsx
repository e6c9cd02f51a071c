import { useSearch } from '@tanstack/react-router';
import { type ReactNode, Suspense } from 'react';
import { settings as words } from '../../messages/en.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';
import { AppearanceTab } from './appearance-tab.tsx';
import { ConfigurationTable } from './configuration-table.tsx';
import { SystemTab } from './system-tab.tsx';

const DeletedTab = lazyPart(() => import('./deleted-tab.tsx'), 'DeletedTab');
const TransferTab = lazyPart(() => import('./transfer-tab.tsx'), 'TransferTab');

export function SettingsPage(): ReactNode {
  const { tab = 'appearance' } = useSearch({ from: '/shell/settings' });
  return (
    <Page title={words.tabs[tab]} crumbs={[settingsCrumb]}>
      <Suspense>{panels[tab]()}</Suspense>
    </Page>
  );
}

const panels = {
  appearance: () => <AppearanceTab />,
  system: () => <SystemTab />,
  network: () => <ConfigurationTable part="network" />,
  transfer: () => <TransferTab />,
  deleted: () => <DeletedTab />,
};
