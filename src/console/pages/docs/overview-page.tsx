import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { docs as words } from '../../messages/en/docs.ts';
import { shell } from '../../messages/en/shell.ts';
import { Page } from '../../shell/page.tsx';
import { docsPages } from './doc-list.ts';
import css from './docs.module.css';

export function OverviewPage(): ReactNode {
  return (
    <Page title={shell.pages.docs} lead={words.lead}>
      <ul className={css['cards']}>
        {docsPages.map(({ name, title, lead }) => (
          <li key={name}>
            <Link to={`/docs/${name}` as '/docs'} className={css['card'] ?? ''}>
              <b>{title}</b>
              <Text component="span" c="dimmed" lineClamp={2}>
                {lead}
              </Text>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
