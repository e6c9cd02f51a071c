import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { tokenOf } from '../session/session.ts';
import { FailedPage, NotFoundPage } from './failed-page.tsx';
import { Shell } from './shell.tsx';

export const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

/** The parent of every page for people who are signed in; others are led to `/sign-in` and back. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: FailedPage,
  beforeLoad({ location }) {
    if (tokenOf() === null) throw redirect({ to: '/sign-in' as string, search: { to: location.href } });
  },
});
