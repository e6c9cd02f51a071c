import { useMantineColorScheme } from '@mantine/core';
import { useClipboard, useDebouncedValue } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { covers, type Right } from '../../contract/accounts/rights.ts';
import { idPrefixes } from '../../contract/ids.ts';
import { apiQuery, useApi, useApiQuery, useNames } from '../data/data.ts';
import { formatTime, parts, shell, terms } from '../messages/en.ts';
import { settingsPages } from '../pages/settings/settings-pages.ts';
import { useConnectionStatus } from '../parts/connection/connection.ts';
import { addressOf, type IconName, notifyDone, notifyFailed } from '../parts/parts.ts';
import { useMe } from '../session/rights.ts';
import { useMenu } from './menu-links.tsx';
import { schemes } from './theme-menu.tsx';

export type Hit = { key: string; label: string; kind: string; icon: IconName; go: () => void };

const { kinds, commands } = shell.search;
const eachMax = 5;
/** Deliveries of a person that are looked at for those that failed. */
const lookedAt = 50;

/** A page that can be opened, for users with its right. */
type Found = readonly [href: string, label: string, kind: string, icon: IconName, right?: Right | undefined];

const settings = settingsPages.flatMap(({ pages }) =>
  pages.map(({ to, search, label, right }): Found => {
    const query = new URLSearchParams(search).toString();
    return [query === '' ? to : `${to}?${query}`, label, kinds.page, 'settings', right];
  }),
);

const docs = (['templates', 'recipes', 'shortcuts', 'errors', 'api'] as const).map(
  (name): Found => [`/docs/${name}`, shell.search.docs[name], shell.pages.docs, 'book'],
);

const soughtStatuses = ['failed', 'held', 'retrying', 'pending', 'delivered'] as const;

/** The commands that open a page. */
const openings: readonly Found[] = [
  ['/connections/new', terms.newConnection, kinds.command, 'plus', 'connections:manage'],
  ['/actions/new', terms.newAction, kinds.command, 'plus', 'actions:manage'],
  ['/trace', terms.startTrace, kinds.command, 'play', 'events:view'],
  ['/replays?from=failed', commands.replayFailed, kinds.command, 'replays', 'deliveries:manage'],
  ...soughtStatuses.map(
    (status): Found => [
      `/deliveries?status=${status}`,
      commands.deliveries(parts.status[status]),
      kinds.command,
      'deliveries',
      'deliveries:view',
    ],
  ),
  ['/welcome', shell.keys.welcome, kinds.command, 'play'],
];

/** What a text finds: a pasted id first, then things by name, pages, docs and commands. */
export function useHits(text: string): Hit[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const { copy } = useClipboard();
  const granted = new Set(useMe()?.rights ?? []);
  const may = (right: Right) => covers(granted, right);
  const { things, connections } = useThings(text, may);
  const deliveries = useDeliveriesOf(text, may);
  const retry = useApi('retryDelivery');
  const { change } = useConnectionStatus();

  const fits = ({ label }: { label: string }) => label.toLowerCase().includes(text.toLowerCase());
  const pagesOf = (found: readonly Found[]): Hit[] =>
    found
      .filter(([, , , , right]) => right === undefined || may(right))
      .map(([href, label, kind, icon]) => ({ key: href, label, kind, icon, go: () => void navigate({ href }) }));
  const command = (key: string, label: string, icon: IconName, go: () => void): Hit => ({
    key,
    label,
    kind: kinds.command,
    icon,
    go,
  });
  const menu = useMenu().map(({ to, label, icon }): Found => [to, label, kinds.page, icon]);
  const done = [
    ...pagesOf(openings),
    command('link', commands.copyLink, 'copy', () => {
      copy(location.href);
      notifyDone(commands.linkCopied);
    }),
    ...schemes.map((scheme) =>
      command(scheme, commands.theme(shell.themes[scheme]), 'sun', () => setColorScheme(scheme)),
    ),
  ];
  const retryFound = () =>
    void retry.mutateAsync({ params: { id: text } }).then(() => {
      notifyDone(commands.retried);
      return navigate({ href: addressOf('delivery', { id: text }) });
    }, notifyFailed);
  // What can be done with the things that are found.
  const acts = [
    ...(isIdOf(idPrefixes.delivery, text) && may('deliveries:manage')
      ? [command('retry', commands.retry(text), 'retry', retryFound)]
      : []),
    ...(may('connections:manage') ? connections : []).map((connection) => {
      const isOn = connection.status === 'enabled';
      const label = (isOn ? terms.pauseOf : terms.resumeOf)(connection.name);
      return command(`status ${connection.id}`, label, isOn ? 'pause' : 'play', () =>
        change(connection, isOn ? 'paused' : 'enabled'),
      );
    }),
  ];
  return [
    ...pagesOf([...pasted(text), ...things, ...deliveries]),
    ...acts,
    ...[...pagesOf([...menu, ...settings]), ...done, ...pagesOf(docs)].filter(fits),
    ...pagesOf(ofVisitor(text)),
  ];
}

const anyId = /^[a-z]{3}_[0-9a-z]{20,}$/;
const isIdOf = (prefix: string, text: string) => anyId.test(text) && text.startsWith(`${prefix}_`);

/** The thing that a whole id names. */
function pasted(text: string): Found[] {
  if (isIdOf(idPrefixes.event, text))
    return [[addressOf('event', { id: text }), shell.search.event(text), terms.event, 'events']];
  if (isIdOf(idPrefixes.delivery, text))
    return [[addressOf('delivery', { id: text }), shell.search.delivery(text), terms.delivery, 'deliveries']];
  return [];
}

/** The lists of a visitor, when the text may be the id of one. */
function ofVisitor(text: string): Found[] {
  if (text === '' || text.includes(' ') || anyId.test(text)) return [];
  const id = encodeURIComponent(text);
  return [
    [`/events?visitor=${id}`, commands.eventsOf(text), kinds.command, 'user', 'events:view'],
    [`/deliveries?filter=${id}`, commands.deliveriesWith(text), kinds.command, 'deliveries', 'deliveries:view'],
  ];
}

/** The newest deliveries with an e-mail address in their request or response; without the right to see these, of that visitor. */
function useDeliveriesOf(text: string, may: (right: Right) => boolean): Found[] {
  // Each search may take two seconds of reading.
  const [asked] = useDebouncedValue(text, 400);
  const query = { ...(may('payloads:view') ? { q: asked } : { visitorId: asked }), limit: lookedAt };
  const names = useNames();
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(text);
  const { data } = useApiQuery(
    'listDeliveries',
    { query },
    { enabled: isAddress && asked === text && may('deliveries:view') },
  );
  if (!isAddress) return [];
  // What failed is what is looked for; among equals the newest comes first.
  const isBad = ({ status }: { status: string }) => status === 'failed' || status === 'held' || status === 'retrying';
  const found = data?.data ?? [];
  const hits = [...found.filter(isBad), ...found.filter((one) => !isBad(one))].slice(0, eachMax);
  return hits.map((delivery) => {
    const when = formatTime(new Date(delivery.createdAt), 'log', Date.now());
    const code = delivery.lastAttempt?.status ?? null;
    const label = shell.search.deliveryWith(names.target(delivery), parts.status[delivery.status], code, when);
    return [addressOf('delivery', delivery), label, terms.delivery, 'deliveries'];
  });
}

const named = [
  ['connection', 'listConnections', 'connections:view', 'connections'],
  ['destination', 'listAllDestinations', 'connections:view', 'deliveries'],
  ['action', 'listActions', 'actions:view', 'actions'],
  ['behavior', 'listBehaviors', 'behaviors:view', 'behaviors'],
  ['collector', 'listCollectors', 'collectors:view', 'collection'],
] as const;

/** The things whose names hold the text. */
function useThings(text: string, may: (right: Right) => boolean) {
  const [asked] = useDebouncedValue(text, 120);
  const found = useQueries({
    queries: named.map(([, route, right]) => ({
      ...apiQuery(route as 'listConnections', { query: { name: asked, limit: eachMax } }), // all are asked in one way
      enabled: asked !== '' && may(right),
    })),
  });
  const names = useNames();
  if (text === '') return { things: [], connections: [] };
  const things = named.flatMap(([kind, , , icon], at) =>
    (found[at]?.data?.data ?? []).map((one): Found => {
      const { connectionId } = one as { connectionId?: string }; // of a destination
      const label = connectionId === undefined ? one.name : terms.placeOf(names.connection(connectionId), one.name);
      return [addressOf(kind, one), label, terms[kind], icon];
    }),
  );
  // What was found before a change is not offered: the connection has another status and version by now.
  const [connections] = found;
  return { things, connections: connections?.isFetching === false ? (connections.data?.data ?? []) : [] };
}
