import { Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import css from './link-cards.module.css';

/** Cards that lead to pages, in columns; children are `LinkCard`s. */
export const LinkCards = ({ label, children }: { label?: string; children: ReactNode }): ReactNode => (
  <ul className={css['cards']} aria-label={label}>
    {children}
  </ul>
);

type CardProps = {
  to: string;
  search?: Record<string, string>;
  /** An icon, or a letter. */
  mark?: ReactNode;
  name: string;
  text: string;
  note?: string;
  isChosen?: boolean;
};

export function LinkCard({ to, search = {}, mark, name, text, note, isChosen = false }: CardProps): ReactNode {
  return (
    <li>
      {/* An address of routes.ts. */}
      <Link to={to as '/'} search={search as never} className={css['card'] ?? ''} data-chosen={isChosen}>
        <Group gap="sm" align="start" wrap="nowrap">
          {mark === undefined ? null : (
            <span className={css['mark']} aria-hidden="true">
              {mark}
            </span>
          )}
          <div>
            <Text component="div" fz="h2" fw={600}>
              {name}
            </Text>
            <Text c="dimmed" size="sm" lineClamp={3}>
              {text}
            </Text>
            {note === undefined ? null : (
              <Text c="dimmed" size="xs">
                {note}
              </Text>
            )}
          </div>
        </Group>
      </Link>
    </li>
  );
}
