import { NativeSelect } from '@mantine/core';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { bind } from '../form/bind.ts';
import css from './side-menu.module.css';

type MenuPage = {
  label: string;
  to: string;
  /** As the page's address has it; without it every address of the page and below it counts. */
  search?: Record<string, string>;
};

type Props = { label: string; groups: readonly { title: string; pages: readonly MenuPage[] }[] };

/** The menu of an area with several pages: beside them, or where there is no room a list to choose from above them. */
export function SideMenu({ label, groups }: Props): ReactNode {
  const all = groups.flatMap(({ pages }) => pages);
  const { pathname, search } = useRouterState({ select: ({ location }) => location });
  const navigate = useNavigate();
  const found = all.findIndex((page) => isAt(page, pathname, search));
  // A value of the address that no page has counts as not set.
  const shown = found < 0 ? all.findIndex((page) => isAt(page, pathname, {})) : found;
  const place = (page: MenuPage) => ({ value: String(all.indexOf(page)), label: page.label });
  return (
    <>
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
                    aria-current={all.indexOf(page) === shown ? 'page' : undefined}
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
      <div className={css['choice']}>
        <NativeSelect
          aria-label={label}
          {...bind(String(shown), (chosen) => {
            const { to, search: next = {} } = all[Number(chosen)] ?? {};
            if (to !== undefined) void navigate({ to: to as '/settings', search: next });
          })}
          data={groups.map(({ title, pages }) => ({ group: title, items: pages.map(place) }))}
        />
      </div>
    </>
  );
}

/** Whether a page of the menu is the one that is open. */
function isAt({ to, search }: MenuPage, pathname: string, open: Readonly<Record<string, unknown>>): boolean {
  if (search === undefined) return pathname === to || pathname.startsWith(`${to}/`);
  return pathname === to && (search['tab'] ?? undefined) === (open['tab'] ?? undefined);
}
