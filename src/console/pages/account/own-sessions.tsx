import type { ReactNode } from 'react';
import type { ShownSession } from '../../../contract/accounts/sign-in.ts';
import { useAllQuery } from '../../data/api.ts';
import { nouns } from '../../messages/counts.ts';
import { terms, account as words } from '../../messages/en.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { ActButton, Note, Time } from '../../parts/parts.ts';
import { browserOf } from './browser-of.ts';

/** One's own sessions: where and when, and their end. */
export function OwnSessions(): ReactNode {
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

function EndSession({ session: { id, userAgent, address } }: { session: ShownSession }): ReactNode {
  return (
    <ActButton
      route="endMySession"
      input={{ params: { id } }}
      done={words.ended}
      size="xs"
      aria-label={words.endOf(whereOf(userAgent), address)}
    >
      {terms.signOut}
    </ActButton>
  );
}

function whereOf(userAgent: string): string {
  const { browser, system } = browserOf(userAgent);
  if (browser === null) return userAgent === '' ? words.unknownBrowser : userAgent.slice(0, 40);
  return system === null ? browser : words.browserOn(browser, system);
}
