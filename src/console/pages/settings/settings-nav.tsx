import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { account } from '../../messages/en/account.ts';
import { alerts } from '../../messages/en/alerts.ts';
import { audit } from '../../messages/en/audit.ts';
import { privacy } from '../../messages/en/privacy.ts';
import { roles } from '../../messages/en/roles.ts';
import { settings as words } from '../../messages/en/settings.ts';
import { tokens } from '../../messages/en/tokens.ts';
import { users } from '../../messages/en/users.ts';
import { SectionNav } from '../../parts/section-nav.tsx';
import { useMay } from '../../session/rights.ts';

/** The pages of the settings that whoever is signed in may see. */
export function SettingsNav(): ReactNode {
  const mayUsers = useMay('users:view');
  const maySettings = useMay('settings:view');
  const mayAudit = useMay('audit:view');
  const options = { exact: true, includeSearch: false };
  return (
    <SectionNav label={words.nav}>
      <Link to="/settings" activeOptions={options}>
        {words.general}
      </Link>
      <Link to="/settings/account" activeOptions={options}>
        {account.title}
      </Link>
      {mayUsers ? (
        <>
          <Link to="/settings/users" activeOptions={options}>
            {users.title}
          </Link>
          <Link to="/settings/roles" activeOptions={options}>
            {roles.title}
          </Link>
        </>
      ) : null}
      <Link to="/settings/tokens" activeOptions={options}>
        {tokens.title}
      </Link>
      {maySettings ? (
        <>
          <Link to="/settings/alerts" activeOptions={options}>
            {alerts.title}
          </Link>
          <Link to="/settings/privacy" activeOptions={options}>
            {privacy.title}
          </Link>
        </>
      ) : null}
      {mayAudit ? (
        <Link to="/settings/audit" activeOptions={options}>
          {audit.title}
        </Link>
      ) : null}
    </SectionNav>
  );
}
