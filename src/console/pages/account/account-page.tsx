import { Button, PasswordInput, Skeleton, Stack, Text } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useRef, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import { lengthProblem } from '../../../contract/accounts/credentials.ts';
import type { ShownSession } from '../../../contract/accounts/sign-in.ts';
import { fieldErrors, useAllQuery, useApi, useApiQuery } from '../../data/data.ts';
import { nouns, shell, terms, account as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { column } from '../../parts/list/standard-columns.tsx';
import { ActButton, Note, notifyDone, Panel, PlainLink, Problem, Time } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { useSso } from '../../session/sso.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';
import { browserOf } from './browser-of.ts';

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
            {me.session === null ? <Text>{words.needsSession}</Text> : <OwnSessions />}
          </Panel>
          <PlainLink to="/settings/tokens" search={{ owner: 'me' }}>
            {words.own}
          </PlainLink>
        </Stack>
      )}
    </Page>
  );
}

/** Sets the user's own password. The present one proves that no one else uses the open browser. */
function OwnPassword({ email }: { email: string }): ReactNode {
  const [current, writeCurrent] = useState('');
  const [next, writeNext] = useState('');
  const [wrong, setWrong] = useState<{ current?: string; next?: string }>({});
  const change = useApi('changeMe');
  const form = useRef<HTMLFormElement>(null);
  const told = fieldErrors(change.error);
  const isWrong = change.error instanceof ClientError && change.error.code === 'wrong_credentials';
  const atFields = isWrong || Object.keys(told).length > 0;

  function edit(write: (text: string) => void, text: string) {
    write(text);
    setWrong({});
    change.reset();
  }
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const problem = lengthProblem(next);
    const found = {
      ...(current === '' ? { current: words.needed } : {}),
      ...(problem === null ? {} : { next: terms.passwords[problem] }),
    };
    setWrong(found);
    if (Object.keys(found).length > 0) return focusFirst();
    change.mutate(
      { body: { password: next, currentPassword: current } },
      {
        onSuccess() {
          writeCurrent('');
          writeNext('');
          notifyDone(words.changed);
        },
        onError: focusFirst,
      },
    );
  }
  function focusFirst() {
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack gap="sm" maw="22rem">
        {/* Password managers learn by it whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <PasswordInput
          label={words.current}
          {...bind(current, (text) => edit(writeCurrent, text))}
          error={wrong.current ?? (isWrong ? words.wrong : told['currentPassword'])}
          autoComplete="current-password"
          required
        />
        <PasswordInput
          label={words.password}
          description={words.passwordHint}
          {...bind(next, (text) => edit(writeNext, text))}
          error={wrong.next ?? told['password']}
          autoComplete="new-password"
          required
        />
        {change.error !== null && !atFields ? <Problem error={change.error} /> : null}
        <Button variant="filled" type="submit" loading={change.isPending} style={{ alignSelf: 'start' }}>
          {words.change}
        </Button>
      </Stack>
    </form>
  );
}

/** One's own sessions: where and when, and their end. */
function OwnSessions(): ReactNode {
  const query = useAllQuery('listMySessions', undefined, { select: asPage });
  const hasOthers = query.data?.data.some(({ current }) => !current) === true;
  return (
    <ListPage
      name={words.sessionList}
      noun={nouns.sessions}
      query={query}
      columns={columns}
      search={{}}
      onSearch={() => {}}
      isPlain
      tools={
        hasOthers ? (
          <ActButton
            route="endMySessions"
            input={{}}
            done={words.othersEnded}
            confirm={{ title: words.othersTitle, children: words.othersText }}
          >
            {words.endOthers}
          </ActButton>
        ) : null
      }
      empty={{ icon: 'user', title: words.noSessionsTitle, text: words.noSessionsText }}
    />
  );
}

/** All sessions as the only page of a list. */
const asPage = (data: ShownSession[]) => ({ data, page: { next: null, prev: null } });

const columns: readonly Column<ShownSession>[] = [
  column('where', words.columns.where, { isFixed: true }, ({ userAgent, current }) => (
    <>
      <span title={userAgent}>{whereOf(userAgent)}</span>
      {current ? <Note>{words.present}</Note> : null}
    </>
  )),
  column('from', words.columns.from, ({ address }) => address),
  column('since', words.columns.since, ({ createdAt }) => <Time at={createdAt} />),
  column('used', terms.lastUsed, ({ lastUsedAt }) => <Time at={lastUsedAt} />),
  column('ends', terms.expires, { isHiddenAtFirst: true }, ({ expiresAt }) => <Time at={expiresAt} />),
  column('end', terms.signOut, ({ id, current, userAgent, address }) =>
    current ? null : (
      <ActButton
        route="endMySession"
        input={{ params: { id } }}
        done={words.ended}
        size="xs"
        aria-label={words.endOf(whereOf(userAgent), address)}
      >
        {terms.signOut}
      </ActButton>
    ),
  ),
];

function whereOf(userAgent: string): string {
  const { browser, system } = browserOf(userAgent);
  if (browser === null) return userAgent === '' ? words.unknownBrowser : userAgent.slice(0, 40);
  return system === null ? browser : words.browserOn(browser, system);
}
