import { Text } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode } from 'react';
import css from './row-link.module.css';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { note?: string | undefined };

/** The real link of a row (middle click works; j and k walk over these), with a second line below. */
export const RowLink = createLink(
  ({ note, children, ...props }: Props): ReactNode => (
    <div className={css['cell']}>
      <a {...props} className={css['link']} data-row-link>
        {children}
      </a>
      {note === undefined || note === '' ? null : (
        <Text c="dimmed" size="sm" lineClamp={1}>
          {note}
        </Text>
      )}
    </div>
  ),
);
