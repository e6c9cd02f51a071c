import { Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { useApi } from '../../data/data.ts';
import { shell, terms } from '../../messages/en.ts';
import { PlainLink, Problem } from '../../parts/parts.ts';
import { openedSession } from '../../session/session.ts';
import { EntryPage } from './entry-page.tsx';

const words = shell.signIn;

/** The page to which the provider of single sign-on returns: completes the sign-in. */
export function SsoPage(): ReactNode {
  const navigate = useNavigate();
  const response = useSearch({ from: '/sign-in/sso' });
  const { mutate, error } = useApi('completeSingleSignOn');
  const isSent = useRef(false);
  useEffect(() => {
    // The response works once, and React runs effects twice in development.
    if (isSent.current) return;
    isSent.current = true;
    history.replaceState(null, '', location.pathname);
    const body = Object.fromEntries(Object.entries(response).filter(([, value]) => value !== undefined));
    mutate(
      { body: { state: '', ...body } },
      {
        onSuccess({ to }) {
          openedSession();
          void navigate({ href: to, replace: true });
        },
      },
    );
  }, [mutate, navigate, response]);
  return (
    <EntryPage title={terms.signIn}>
      {error === null ? <Text role="status">{words.completing}</Text> : <Problem error={error} />}
      {error === null ? null : <PlainLink to={'/sign-in' as '/'}>{words.back}</PlainLink>}
    </EntryPage>
  );
}
