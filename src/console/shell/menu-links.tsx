import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { covers } from '../../contract/accounts/rights.ts';
import { apiQuery } from '../data/api.ts';
import { Icon } from '../parts/icon.tsx';
import { useMe } from '../session/rights.ts';
import { menu } from './menu.ts';
import css from './shell.module.css';

/** The left menu: the pages that whoever is signed in may see. */
export function MenuLinks({ onFollow }: { onFollow?: () => void }): ReactNode {
  const granted = new Set(useMe()?.rights ?? []);
  const hasInbox = useQuery(apiQuery('version')).data?.['inbox'] !== false;
  return (
    <ul className={css['menu']}>
      {menu
        .filter(({ to, right }) => (to !== '/inbox' || hasInbox) && (right === null || covers(granted, right)))
        .map(({ to, label, icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className={css['entry'] ?? ''}
              onClick={onFollow}
            >
              <Icon name={icon} />
              {label}
            </Link>
          </li>
        ))}
    </ul>
  );
}
