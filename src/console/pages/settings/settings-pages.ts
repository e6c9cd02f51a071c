import type { Right } from '../../../contract/accounts/rights.ts';
import { alerts, audit, privacy, roles, shell, tokens, users, settings as words } from '../../messages/en.ts';

type SettingsPage = { label: string; to: string; search?: Record<string, string>; right?: Right };

/** The pages of the settings, in their groups. */
export const settingsPages: readonly { title: string; pages: readonly SettingsPage[] }[] = [
  {
    title: words.groups.you,
    pages: [
      { label: shell.account, to: '/settings/account' },
      { label: words.tabs.appearance, to: '/settings', search: {} },
      { label: tokens.title, to: '/settings/tokens' },
    ],
  },
  {
    title: words.groups.people,
    pages: [
      { label: users.title, to: '/settings/users', right: 'users:view' },
      { label: roles.title, to: '/settings/roles', right: 'users:view' },
      { label: audit.title, to: '/settings/audit', right: 'audit:view' },
    ],
  },
  {
    title: words.groups.server,
    pages: [
      { label: alerts.title, to: '/settings/alerts', right: 'settings:view' },
      { label: privacy.title, to: '/settings/privacy', right: 'settings:view' },
      { label: words.tabs.system, to: '/settings', search: { tab: 'system' } },
      { label: words.tabs.network, to: '/settings', search: { tab: 'network' } },
      { label: words.tabs.transfer, to: '/settings', search: { tab: 'transfer' } },
      { label: words.tabs.deleted, to: '/settings', search: { tab: 'deleted' } },
    ],
  },
];
