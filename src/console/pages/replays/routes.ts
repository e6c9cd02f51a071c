import { createRoute } from '@tanstack/react-router';
import { replayStates } from '../../../contract/records/replay-limits.ts';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/replays',
  validateSearch: search({ ...listSearch, state: choice(replayStates), from: choice(['failed']) }),
  component: lazyPage(() => import('./replays-page.tsx'), 'ReplaysPage'),
});

const details = createRoute({
  getParentRoute: () => shellRoute,
  path: '/replays/$replayId',
  validateSearch: search({ cursor: textSearch }),
  component: lazyPage(() => import('./replay-page.tsx'), 'ReplayPage'),
});

export const replayRoutes = [list, details] as const;
