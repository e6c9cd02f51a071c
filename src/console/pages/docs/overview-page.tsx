import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { docs as words } from '../../messages/en/docs.ts';
import { shell } from '../../messages/en/shell.ts';
import { Page } from '../../shell/page.tsx';
import css from './docs.module.css';
import { docsPages } from './docs-frame.tsx';

export function OverviewPage(): ReactNode {
  return (
    <Page title={words.title} lead={words.lead}>
      <ul className={css['cards']}>
        {docsPages.map(({ to, topic }) => (
          <li key={topic}>
            <Link to={to} className={css['card'] ?? ''}>
              <b>{shell.search.docs[topic]}</b>
              <Text component="span" c="dimmed">
                {words.topics[topic]}
              </Text>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
