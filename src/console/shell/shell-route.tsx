import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { isSignedIn } from '../session/session.ts';
import { linkIn } from './entry/one-time-link.ts';
import { FailedPage, NotFoundPage } from './failed-page.tsx';
import { Shell } from './shell.tsx';

export const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

/** The parent of every page for people who are signed in; others are redirected to `/sign-in` and back. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: FailedPage,
  beforeLoad({ location }) {
    // One-time links lead to /welcome, the first page after a password is set.
    const link = location.pathname === '/welcome' ? linkIn(location) : null;
    if (link !== null)
      throw redirect({ to: '/new-password' as string, hash: `${link.kind}=${link.token}`, replace: true });
    if (!isSignedIn()) throw redirect({ to: '/sign-in' as string, search: { to: location.href } });
  },
});
