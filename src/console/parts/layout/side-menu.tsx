import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import css from './side-menu.module.css';

type Props = {
  label: string;
  groups: readonly {
    title: string;
    /** `search` as the page's address has it; without it every address of the page and below it counts. */
    pages: readonly { label: string; to: string; search?: Record<string, string> }[];
  }[];
};

/** The menu of an area with several pages, beside them. */
export function SideMenu({ label, groups }: Props): ReactNode {
  return (
    <nav aria-label={label} className={css['nav']}>
      {groups.map(({ title, pages }) => (
        <div key={title}>
          <span className={css['title']} aria-hidden="true">
            {title}
          </span>
          <ul aria-label={title} className={css['pages']}>
            {pages.map((page) => (
              <li key={page.label}>
                <Link
                  to={page.to as '/settings'}
                  search={page.search ?? {}}
                  activeOptions={{
                    exact: page.search !== undefined,
                    includeSearch: page.search !== undefined,
                    explicitUndefined: true,
                  }}
                >
                  {page.label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
