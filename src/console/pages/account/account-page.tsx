import { Button, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApiQuery } from '../../data/api.ts';
import { shell, terms, account as words } from '../../messages/en.ts';
import { Panel, PlainLink, Problem } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { useSso } from '../../session/sso.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';
import { OwnPassword } from './own-password.tsx';
import { OwnSessions } from './own-sessions.tsx';

/** What is one's own: password and sessions. */
export function AccountPage(): ReactNode {
  const me = useMe();
  const sso = useApiQuery('getSignInMethods').data?.sso ?? null;
  const connect = useSso();
  return (
    <Page
      title={shell.account}
      lead={me === undefined ? undefined : terms.signedInAs(me.name)}
      crumbs={[settingsCrumb]}
    >
      {me === undefined ? <Skeleton height={240} aria-busy="true" /> : null}
      {me?.user === null ? <Text>{words.noUser}</Text> : null}
      {me === undefined || me.user === null ? null : (
        <Stack>
          {me.user.sso ? (
            <Text>{words.hasSso}</Text>
          ) : (
            <Panel title={terms.password} text={words.passwordText}>
              <OwnPassword email={me.user.email} />
            </Panel>
          )}
          {sso === null || me.user.sso ? null : (
            <Panel title={words.ssoTitle} text={words.ssoText}>
              <Problem error={connect.error} />
              <Button
                loading={connect.isPending}
                onClick={() => connect.begin({ to: '/settings/account', connect: true })}
              >
                {words.connect}
              </Button>
            </Panel>
          )}
          <Panel title={words.sessions} text={words.sessionsText}>
            <OwnSessions />
          </Panel>
          <PlainLink to="/settings/tokens" search={{ owner: 'me' }}>
            {words.own}
          </PlainLink>
        </Stack>
      )}
    </Page>
  );
}
