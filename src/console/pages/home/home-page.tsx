import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { covers } from '../../../contract/rights.ts';
import { shell } from '../../messages/en/shell.ts';
import { Icon } from '../../parts/icon.tsx';
import { useMe } from '../../session/rights.ts';
import { menu } from '../../shell/menu.ts';
import { Page } from '../../shell/page.tsx';
import css from './home-page.module.css';

const told: Partial<Record<string, string>> = {
  '/events': shell.home.events,
  '/actions': shell.home.actions,
  '/connections': shell.home.connections,
  '/deliveries': shell.home.deliveries,
};

export function HomePage(): ReactNode {
  const granted = new Set(useMe()?.rights ?? []);
  const entries = menu.filter(({ to, right }) => to in told && right !== null && covers(granted, right));
  return (
    <Page title={shell.pages.home} lead={shell.home.lead}>
      <ul className={css['cards']}>
        {entries.map(({ to, label, icon }) => (
          <li key={to}>
            <Link to={to} className={css['card'] ?? ''}>
              <Icon name={icon} size={20} />
              <span className={css['name']}>{label}</span>
              <Text component="span" c="dimmed">
                {told[to]}
              </Text>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}
