import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { Icon } from '../../parts/icon.tsx';
import { Page } from '../../shell/page.tsx';
import css from './connection-type-page.module.css';

export function ConnectionTypePage(): ReactNode {
  return (
    <Page
      title={words.create}
      lead={words.cards.title}
      right="connections:manage"
      crumbs={[{ label: words.title, to: '/connections' }]}
    >
      <ul className={css['cards']}>
        <li>
          <Link to="/connections/new/webhook" className={css['card'] ?? ''}>
            <span className={css['icon']}>
              <Icon name="webhook" size={22} />
            </span>
            <span className={css['name']}>{words.cards.webhook}</span>
            <Text component="span" c="dimmed">
              {words.cards.webhookText}
            </Text>
          </Link>
        </li>
      </ul>
    </Page>
  );
}
