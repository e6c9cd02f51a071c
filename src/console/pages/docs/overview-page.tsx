import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { docs as words } from '../../messages/en/docs.ts';
import { shell } from '../../messages/en/shell.ts';
import cards from '../../parts/link-cards.module.css';
import { Page } from '../../shell/page.tsx';
import { docsPages } from './doc-list.ts';

export function OverviewPage(): ReactNode {
  return (
    <Page title={shell.pages.docs} lead={words.lead}>
      <ul className={cards['cards']}>
        {docsPages.map(({ name, title, lead }) => (
          <li key={name}>
            <Link to={`/docs/${name}` as '/docs'} className={cards['card'] ?? ''}>
              <span className={cards['name']}>{title}</span>
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
