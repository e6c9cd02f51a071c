import { createRoute, redirect } from '@tanstack/react-router';
import { transferKinds } from '../contract/documents/transfer-kinds.ts';
import { issueKinds, issueSeverities, issueStates } from '../contract/records/issue-words.ts';
import { replayStates } from '../contract/records/replay-limits.ts';
import { outcomes } from './pages/events/event-filters.ts';
import { chartTimeSearch, choice, listSearch, type Read, search, textSearch, texts } from './parts/list/list-search.ts';
import { keptChoice, landingChoice } from './session/kept-choice.ts';
import { lazyPart } from './shell/lazy-part.ts';
import { shellRoute } from './shell/shell-route.tsx';

const actionStep = choice(['basics', 'rules', 'sources', 'destinations']);
const enabledOrNot = choice(['enabled', 'disabled']);
const trueOrFalse = choice(['true', 'false']);

/** Every page with a menu: its address, what this may hold, and the component that shows it. */
export const pages = [
  createRoute({
    getParentRoute: () => shellRoute,
    path: '/',
    validateSearch: search(chartTimeSearch),
    beforeLoad: leadToLanding,
    component: lazyPart(() => import('./pages/home/home-page.tsx'), 'HomePage'),
  }),

  page('/actions', () => import('./pages/actions/actions-page.tsx'), 'ActionsPage', {
    ...listSearch,
    status: enabledOrNot,
    ...texts('connection', 'destination', 'behavior'),
  }),
  // `scenario` and `from` (the id of an action to copy) say what a new action begins with.
  page('/actions/new', () => import('./pages/actions/action-editor-pages.tsx'), 'NewActionPage', {
    step: actionStep,
    ...texts('scenario', 'from', 'destination'),
  }),
  page('/actions/$actionId', () => import('./pages/actions/action-page.tsx'), 'ActionPage', {
    ...listSearch,
    ...chartTimeSearch,
    tab: choice(['overview', 'deliveries', 'versions', 'used', 'yaml']),
  }),
  page('/actions/$actionId/edit', () => import('./pages/actions/action-editor-pages.tsx'), 'EditActionPage', {
    step: actionStep,
  }),

  page('/behaviors', () => import('./pages/behaviors/behaviors-page.tsx'), 'BehaviorsPage', listSearch),
  // `from` is the id of a behavior to copy.
  page('/behaviors/new', () => import('./pages/behaviors/behavior-editor.tsx'), 'NewBehaviorPage', {
    from: textSearch,
  }),
  page('/behaviors/$behaviorId', () => import('./pages/behaviors/behavior-page.tsx'), 'BehaviorPage', {
    tab: choice(['details', 'used', 'versions', 'yaml']),
  }),

  page('/connections', () => import('./pages/connections/connections-page.tsx'), 'ConnectionsPage', {
    ...listSearch,
    status: choice(['enabled', 'paused', 'disabled', 'held', 'needs_attention']),
    auth: choice(['none', 'basic', 'bearer', 'oauth2']),
    used: choice(['used', 'unused']),
    // The connection whose editor was just left with Done.
    done: textSearch,
  }),
  page('/connections/new', () => import('./pages/connections/new/connection-type-page.tsx'), 'ConnectionTypePage', {
    filter: textSearch,
  }),
  // A preset, or the connection to duplicate.
  page(
    '/connections/new/webhook',
    () => import('./pages/connections/new/new-connection-page.tsx'),
    'NewConnectionPage',
    {
      ...texts('preset', 'from'),
    },
  ),
  page('/connections/new/curl', () => import('./pages/connections/curl/curl-form.tsx'), 'CurlPage'),
  page('/connections/new/openapi', () => import('./pages/connections/openapi/openapi-page.tsx'), 'OpenapiPage'),
  page('/connections/$connectionId', () => import('./pages/connections/connection-page.tsx'), 'ConnectionPage', {
    ...listSearch,
    ...chartTimeSearch,
    tab: choice(['details', 'destinations', 'activity', 'usedBy', 'versions']),
    // The path of the first destination, taken from a pasted URL.
    path: textSearch,
  }),
  // `destinationId` is an id, or `new`.
  page(
    '/connections/$connectionId/destinations/$destinationId',
    () => import('./pages/connections/destinations/destination-page.tsx'),
    'DestinationPage',
    {
      tab: choice(['request', 'event', 'check', 'response']),
      ...texts('eventId', 'actionId', 'test'),
      versions: choice(['open']),
      // A template to correct opens to be edited.
      edit: choice(['on']),
      // A new destination may begin with a pasted command.
      from: choice(['curl']),
      path: textSearch,
    },
  ),

  page('/events', () => import('./pages/events/events-page.tsx'), 'EventsPage', {
    ...listSearch,
    ...texts('visitor', 'collector', 'action', 'parameter', 'value', 'trace'),
    outcome: choice(outcomes),
  }),
  page('/events/$eventId', () => import('./pages/events/event-page.tsx'), 'EventPage', {
    ...listSearch,
    tab: choice(['explain', 'payload', 'deliveries', 'raw']),
  }),

  page('/deliveries', () => import('./pages/deliveries/deliveries-page.tsx'), 'DeliveriesPage', {
    ...listSearch,
    by: choice(['text', 'visitor']),
    ...texts('status', 'action', 'connection', 'destination', 'error', 'reason', 'code', 'slower', 'replay'),
    recovered: trueOrFalse,
    unresolved: trueOrFalse,
    batch: textSearch,
    test: trueOrFalse,
    range: choice(['15m', '1h', '24h', '7d', 'custom']),
    // These two count with `range=custom` alone.
    ...texts('from', 'until'),
  }),
  page('/deliveries/$deliveryId', () => import('./pages/deliveries/delivery-page.tsx'), 'DeliveryPage', {
    attempt: textSearch,
  }),

  page('/issues', () => import('./pages/issues/issues-page.tsx'), 'IssuesPage', {
    ...listSearch,
    state: choice([...issueStates, 'all']),
    kind: choice(issueKinds),
    severity: choice(issueSeverities),
    ...texts('connection', 'destination', 'action'),
  }),
  page('/issues/$issueId', () => import('./pages/issues/issue-page.tsx'), 'IssuePage'),

  page('/replays', () => import('./pages/replays/replays-page.tsx'), 'ReplaysPage', {
    ...listSearch,
    state: choice(replayStates),
    from: choice(['failed']),
    ...texts('destination'),
  }),
  page('/replays/$replayId', () => import('./pages/replays/replay-page.tsx'), 'ReplayPage', { cursor: textSearch }),

  page('/data-collection', () => import('./pages/data-collection/collectors-page.tsx'), 'CollectorsPage', {
    ...listSearch,
    status: enabledOrNot,
  }),
  page('/data-collection/new', () => import('./pages/data-collection/collector-editor.tsx'), 'NewCollectorPage'),
  page('/data-collection/parameters', () => import('./pages/data-collection/parameters-page.tsx'), 'ParametersPage', {
    ...listSearch,
    offered: trueOrFalse,
    seen: trueOrFalse,
    // The one that is open beside the list.
    parameter: textSearch,
  }),
  page('/data-collection/rejected', () => import('./pages/data-collection/rejected-requests.tsx'), 'RejectedPage', {
    ...listSearch,
    keys: choice(['unknown', 'known']),
  }),
  page('/data-collection/$collectorId', () => import('./pages/data-collection/collector-page.tsx'), 'CollectorPage', {
    ...listSearch,
    tab: choice(['send', 'details', 'rejected', 'versions']),
  }),

  // `inbox` is the name of one, `request` the id of the one that is open.
  page('/inbox', () => import('./pages/inbox/inbox-page.tsx'), 'InboxPage', {
    ...listSearch,
    ...texts('inbox', 'request'),
  }),
  page('/trace', () => import('./pages/trace/start-trace-page.tsx'), 'StartTracePage'),
  page('/trace/$traceId', () => import('./pages/trace/trace-page.tsx'), 'TracePage', {
    way: choice(['link', 'header', 'script']),
  }),
  page('/welcome', () => import('./pages/welcome/welcome-page.tsx'), 'WelcomePage', { with: choice(['demo', 'mine']) }),

  page('/settings', () => import('./pages/settings/settings-page.tsx'), 'SettingsPage', {
    ...listSearch,
    tab: choice(['system', 'network', 'transfer', 'deleted']),
    kind: choice(transferKinds),
  }),
  page('/settings/privacy', () => import('./pages/settings/privacy-page.tsx'), 'PrivacyPage'),
  page('/settings/account', () => import('./pages/account/account-page.tsx'), 'AccountPage'),
  page('/settings/alerts', () => import('./pages/alerts/alert-pages.tsx'), 'AlertsPage', listSearch),
  page('/settings/alerts/new', () => import('./pages/alerts/alert-pages.tsx'), 'NewAlertPage'),
  page('/settings/alerts/$alertId', () => import('./pages/alerts/alert-pages.tsx'), 'AlertPage', {
    ...listSearch,
    tab: choice(['details', 'messages', 'versions']),
  }),
  page('/settings/audit', () => import('./pages/audit/audit-page.tsx'), 'AuditPage', {
    ...listSearch,
    ...texts('act', 'kind'),
    result: choice(['done', 'refused']),
    id: textSearch,
    since: choice(['24h', '7d', '30d']),
    entry: textSearch,
  }),
  page('/settings/users', () => import('./pages/users/users-page.tsx'), 'UsersPage', {
    ...listSearch,
    status: enabledOrNot,
    role: textSearch,
  }),
  page('/settings/users/new', () => import('./pages/users/user-pages.tsx'), 'NewUserPage'),
  page('/settings/users/$userId', () => import('./pages/users/user-pages.tsx'), 'UserPage'),
  page('/settings/roles', () => import('./pages/roles/role-pages.tsx'), 'RolesPage', listSearch),
  page('/settings/roles/new', () => import('./pages/roles/role-pages.tsx'), 'NewRolePage'),
  page('/settings/roles/$roleId', () => import('./pages/roles/role-pages.tsx'), 'RolePage'),
  page('/settings/tokens', () => import('./pages/tokens/tokens-page.tsx'), 'TokensPage', {
    ...listSearch,
    owner: choice(['me']),
  }),
  page('/settings/tokens/new', () => import('./pages/tokens/new-token-page.tsx'), 'NewTokenPage'),

  page('/docs', () => import('./pages/docs/overview-page.tsx'), 'OverviewPage'),
  page('/docs/shortcuts', () => import('./pages/docs/overview-page.tsx'), 'ShortcutsPage'),
  page('/docs/api', () => import('./pages/docs/api-page.tsx'), 'ApiPage', { filter: textSearch, open: textSearch }),
  page('/docs/$name', () => import('./pages/docs/doc-page.tsx'), 'DocPage'),
] as const;

function page<
  const Path extends string,
  Module extends Record<string, unknown>,
  Name extends keyof Module & string,
  Reads extends Record<string, Read<string>> = Record<never, never>,
>(path: Path, load: () => Promise<Module>, name: Name, reads?: Reads) {
  return createRoute({
    getParentRoute: () => shellRoute,
    path,
    validateSearch: search(reads ?? ({} as Reads)), // the default of Reads
    component: lazyPart(load, name),
  });
}

let isFirst = true;

/** At first, leads to the page that this browser begins with. The return type must be written, as for pages. */
function leadToLanding({ preload }: { preload: boolean }): void {
  if (preload || !isFirst) return;
  isFirst = false;
  const landing = keptChoice(landingChoice);
  if (landing !== '/') throw redirect({ to: landing });
}
