import { Badge, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { covers } from '../../contract/accounts/rights.ts';
import { useApiQuery, useOpenIssues } from '../data/data.ts';
import { shell } from '../messages/en.ts';
import { Icon } from '../parts/parts.ts';
import { useMe } from '../session/rights.ts';
import { type MenuEntry, menu } from './menu.ts';
import css from './shell.module.css';

/** The pages that the signed-in person can see on this server. */
export function useMenu(): readonly MenuEntry[] {
  const granted = new Set(useMe()?.rights ?? []);
  const hasInbox = useApiQuery('version').data?.['inbox'] !== false;
  return menu.filter(({ to, right }) => (right === null || covers(granted, right)) && (to !== '/inbox' || hasInbox));
}

/** The left menu. */
export function MenuLinks({ onFollow }: { onFollow?: () => void }): ReactNode {
  const issues = useOpenIssues();
  const countId = useId();
  return (
    <Stack component="ul" gap={2}>
      {useMenu().map(({ to, label, icon }) => {
        const hasCount = to === '/issues' && issues.count > 0;
        return (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className={css['entry'] ?? ''}
              onClick={onFollow}
              {...(hasCount ? { 'aria-describedby': countId } : {})}
            >
              <Icon name={icon} />
              {label}
              {hasCount ? (
                <Badge size="sm" circle={issues.count < 10} color="red.8" ml="auto" aria-hidden="true">
                  {issues.text}
                </Badge>
              ) : null}
            </Link>
            {hasCount ? (
              <span id={countId} hidden>
                {shell.openIssues(issues.text)}
              </span>
            ) : null}
          </li>
        );
      })}
    </Stack>
  );
}
