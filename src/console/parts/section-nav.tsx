import type { ReactNode } from 'react';
import css from './section-nav.module.css';

/** The pages of one area side by side; children are links. */
export function SectionNav({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <nav aria-label={label} className={css['nav']}>
      {children}
    </nav>
  );
}
