import type { ReactNode } from 'react';
import { covers } from '../../../contract/accounts/rights.ts';
import { settings as words } from '../../messages/en.ts';
import { SideMenu } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { settingsPages } from './settings-pages.ts';

/** The pages of the settings that the signed-in person can see. */
export function SettingsNav(): ReactNode {
  const granted = new Set(useMe()?.rights ?? []);
  const shown = settingsPages.map(({ title, pages }) => ({
    title,
    pages: pages.filter(({ right }) => right === undefined || covers(granted, right)),
  }));
  return <SideMenu label={words.nav} groups={shown.filter(({ pages }) => pages.length > 0)} />;
}
