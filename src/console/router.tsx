import { createRoute, createRouter } from '@tanstack/react-router';
import { queryClient } from './data/data.ts';
import { pages } from './routes.ts';
import { isSignedIn, watchSession } from './session/session.ts';
import { FailedPage, NotFoundPage } from './shell/failed-page.tsx';
import { lazyPart } from './shell/lazy-part.ts';
import { rootRoute, shellRoute } from './shell/shell-route.tsx';

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: lazyPart(() => import('./shell/entry/sign-in-page.tsx'), 'SignInPage'),
  // Only a path of ours: a sign-in must not lead elsewhere.
  validateSearch: ({ to }: Record<string, unknown>) => ({
    to: typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : '/',
  }),
});

const ssoRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in/sso',
  component: lazyPart(() => import('./shell/entry/sso-page.tsx'), 'SsoPage'),
  validateSearch: ({ state, code, iss, error }: Record<string, unknown>) => ({
    state: textOf(state),
    code: textOf(code),
    iss: textOf(iss),
    error: textOf(error),
  }),
});

const newPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/new-password',
  component: lazyPart(() => import('./shell/entry/new-password-page.tsx'), 'NewPasswordPage'),
});

const elsewhereRoute = createRoute({ getParentRoute: () => shellRoute, path: '$', component: NotFoundPage });

const routeTree = rootRoute.addChildren([
  signInRoute,
  ssoRoute,
  newPasswordRoute,
  shellRoute.addChildren([...pages, elsewhereRoute]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultErrorComponent: FailedPage,
  scrollRestoration: true,
  // Plain query parameters, as everywhere on the web: every value is a text, and the schema of the page reads it.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch(search) {
    const pairs = Object.entries(search).flatMap(([name, value]): [string, string][] =>
      value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
    );
    return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
  },
});

// After a sign-out, or with an invalid token, the sign-in page opens and clears the cache.
watchSession(() => {
  // A response to an earlier session must not sign out the present one.
  void queryClient.cancelQueries();
  if (!isSignedIn()) void router.invalidate().then(() => queryClient.clear());
});

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
