import { createRoute } from '@tanstack/react-router';
import { issueKinds, issueSeverities, issueStates } from '../../../contract/records/issue-words.ts';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/issues',
  validateSearch: search({
    ...listSearch,
    state: choice([...issueStates, 'all']),
    kind: choice(issueKinds),
    severity: choice(issueSeverities),
    connection: textSearch,
    destination: textSearch,
    action: textSearch,
  }),
  component: lazyPage(() => import('./issues-page.tsx'), 'IssuesPage'),
});

const details = createRoute({
  getParentRoute: () => shellRoute,
  path: '/issues/$issueId',
  component: lazyPage(() => import('./issue-page.tsx'), 'IssuePage'),
});

export const issueRoutes = [list, details] as const;
