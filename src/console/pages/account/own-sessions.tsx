import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ShownSession } from '../../../contract/accounts/sign-in.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { account as words } from '../../messages/en/account.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { Note } from '../../parts/note.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { Time } from '../../parts/time.tsx';
import { browserOf } from './browser-of.ts';

/** One's own sessions: where and when, and their end. */
export function OwnSessions(): ReactNode {
  const query = useQuery({ ...apiQuery('listMySessions'), select: asPage });
  const [isAsked, ask] = useState(false);
  const end = useApi('endMySessions');
  const others = query.data?.data.filter(({ current }) => !current).length ?? 0;
  function close() {
    end.reset();
    ask(false);
  }
  return (
    <>
      <ListPage
        name={words.sessionList}
        noun={nouns.sessions}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={{}}
        onSearch={() => {}}
        isPlain
        tools={others === 0 ? null : <Button onClick={() => ask(true)}>{words.endOthers}</Button>}
        empty={{ icon: 'user', title: words.noSessionsTitle, text: words.noSessionsText }}
      />
      <ConfirmDialog
        isOpen={isAsked}
        title={words.othersTitle}
        verb={words.endOthers}
        isBusy={end.isPending}
        error={end.error}
        onCancel={close}
        onConfirm={() =>
          end.mutate(
            {},
            {
              onSuccess() {
                notifyDone(words.othersEnded);
                close();
              },
            },
          )
        }
      >
        {words.othersText}
      </ConfirmDialog>
    </>
  );
}

/** The API gives all sessions at once: the only page of a list. */
const asPage = ({ data }: { data: ShownSession[] }) => ({ data, page: { next: null, prev: null } });

const columns: readonly Column<ShownSession>[] = [
  {
    id: 'where',
    header: words.columns.where,
    isFixed: true,
    cell: ({ userAgent, current }) => (
      <>
        <span title={userAgent}>{whereOf(userAgent)}</span>
        {current ? <Note>{words.present}</Note> : null}
      </>
    ),
  },
  { id: 'from', header: words.columns.from, cell: ({ address }) => address },
  { id: 'since', header: words.columns.since, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { id: 'used', header: terms.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
  { id: 'ends', header: terms.expires, isHiddenAtFirst: true, cell: ({ expiresAt }) => <Time at={expiresAt} /> },
  { id: 'end', header: terms.signOut, cell: (row) => (row.current ? null : <EndSession session={row} />) },
];

function EndSession({ session }: { session: ShownSession }): ReactNode {
  const end = useApi('endMySession');
  return (
    <Button
      size="xs"
      loading={end.isPending}
      aria-label={words.endOf(whereOf(session.userAgent), session.address)}
      onClick={() =>
        end.mutate({ params: { id: session.id } }, { onSuccess: () => notifyDone(words.ended), onError: notifyFailed })
      }
    >
      {terms.signOut}
    </Button>
  );
}

function whereOf(userAgent: string): string {
  const { browser, system } = browserOf(userAgent);
  if (browser === null) return userAgent === '' ? words.unknownBrowser : userAgent.slice(0, 40);
  return system === null ? browser : words.browserOn(browser, system);
}
