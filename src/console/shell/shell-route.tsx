import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { isSignedIn } from '../session/session.ts';
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
    // The one-time addresses that the server tells lead to the first steps, after a password was set.
    const { setup, invite } = location.search as { setup?: string; invite?: string }; // every parameter is a text
    if (location.pathname === '/welcome' && (setup ?? invite) !== undefined)
      throw redirect({ to: '/new-password' as string, search: { setup, invite }, replace: true });
    if (!isSignedIn()) throw redirect({ to: '/sign-in' as string, search: { to: location.href } });
  },
});
