import { Text } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode } from 'react';
import css from './row-link.module.css';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { note?: string | undefined };

/**
 * The real link of a row, with a note behind it as far as there is room. A click anywhere in the row follows it, and j and k walk over these
 * links.
 */
export const RowLink = createLink(
  ({ note, children, title = typeof children === 'string' ? children : undefined, ...props }: Props): ReactNode => (
    <div className={css['row']}>
      <a {...props} title={title} className={css['link']} data-row-link>
        {typeof children === 'string' ? <bdi>{children}</bdi> : children}
      </a>
      {note === undefined || note === '' ? null : (
        <Text c="dimmed" size="sm" className={css['note'] ?? ''} title={note}>
          {note}
        </Text>
      )}
    </div>
  ),
);
