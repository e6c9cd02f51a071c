import { Anchor, Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { account as words } from '../../messages/en/account.ts';
import { settings } from '../../messages/en/settings.ts';
import { Panel } from '../../parts/panel.tsx';
import { useMe } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { SettingsNav } from '../settings/settings-nav.tsx';
import css from './account-page.module.css';
import { OwnPassword } from './own-password.tsx';
import { OwnSessions } from './own-sessions.tsx';

/** What is one's own: password and sessions. */
export function AccountPage(): ReactNode {
  const me = useMe();
  return (
    <Page
      title={words.title}
      lead={me === undefined ? undefined : words.lead(me.name)}
      crumbs={[{ label: settings.title, to: '/settings' }]}
    >
      <SettingsNav />
      {me === undefined ? <Skeleton height={240} aria-busy="true" /> : null}
      {me?.user === null ? <Text>{words.noUser}</Text> : null}
      {me === undefined || me.user === null ? null : (
        <div className={css['panels']}>
          <Panel title={words.passwordTitle} text={words.passwordText}>
            <OwnPassword email={me.user.email} />
          </Panel>
          <Panel title={words.sessions} text={words.sessionsText}>
            <OwnSessions />
          </Panel>
          <Anchor component={Link} to="/settings/tokens" search={{ owner: 'me' } as never}>
            {words.own}
          </Anchor>
        </div>
      )}
    </Page>
  );
}
