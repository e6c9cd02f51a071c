import { useMantineColorScheme } from '@mantine/core';
import { useClipboard, useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { covers, type Right } from '../../contract/accounts/rights.ts';
import { idPrefixes } from '../../contract/ids.ts';
import { apiQuery, useApi } from '../data/api.ts';
import { account } from '../messages/en/account.ts';
import { alerts } from '../messages/en/alerts.ts';
import { audit } from '../messages/en/audit.ts';
import { parts } from '../messages/en/parts.ts';
import { privacy } from '../messages/en/privacy.ts';
import { roles } from '../messages/en/roles.ts';
import { shell } from '../messages/en/shell.ts';
import { terms } from '../messages/en/terms.ts';
import { tokens } from '../messages/en/tokens.ts';
import { users } from '../messages/en/users.ts';
import { formatTime } from '../messages/format.ts';
import { useConnectionStatus } from '../pages/connections/change-status.ts';
import type { IconName } from '../parts/icon.tsx';
import { notifyDone, notifyFailed } from '../parts/notify.ts';
import { useMe } from '../session/rights.ts';
import { useMenu } from './menu-links.tsx';
import { schemes } from './theme-menu.tsx';

export type Hit = { key: string; label: string; kind: string; icon: IconName; go: () => void };

const { kinds, commands } = shell.search;
const eachMax = 5;

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
  const leadsTo = (href: string, label: string, kind: string, icon: IconName): Hit => ({
    key: href,
    label,
    kind,
    icon,
    go: () => void navigate({ href }),
  });
  const pages = [...useMenu(), ...settingsPages]
    .filter(({ right }) => right === null || may(right))
    .map(({ to, label, icon }) => leadsTo(to, label, kinds.page, icon));
  const docs = docsPages.map(([href, label]) => leadsTo(href, label, shell.pages.docs, 'book'));
  const done: Hit[] = [
    ...(may('connections:manage') ? [leadsTo('/connections/new', terms.newConnection, kinds.command, 'plus')] : []),
    ...(may('actions:manage') ? [leadsTo('/actions/new', terms.newAction, kinds.command, 'plus')] : []),
    ...(may('events:view') ? [leadsTo('/trace', terms.startTrace, kinds.command, 'play')] : []),
    ...(may('deliveries:manage')
      ? [leadsTo('/replays?from=failed', commands.replayFailed, kinds.command, 'replays')]
      : []),
    ...(may('deliveries:view')
      ? soughtStatuses.map((status) =>
          leadsTo(
            `/deliveries?status=${status}`,
            commands.deliveries(parts.status[status]),
            kinds.command,
            'deliveries',
          ),
        )
      : []),
    leadsTo('/welcome', shell.keys.welcome, kinds.command, 'play'),
    {
      key: 'link',
      label: commands.copyLink,
      kind: kinds.command,
      icon: 'copy',
      go: () => {
        copy(location.href);
        notifyDone(commands.linkCopied);
      },
    },
    ...schemes.map(
      (scheme): Hit => ({
        key: scheme,
        label: commands.theme(shell.themes[scheme]),
        kind: kinds.command,
        icon: 'sun',
        go: () => setColorScheme(scheme),
      }),
    ),
  ];
  const deliveryId = isIdOf(idPrefixes.delivery, text) ? text : null;
  // What can be done with the things that are found.
  const acts: Hit[] = [
    ...(deliveryId === null || !may('deliveries:manage')
      ? []
      : [
          {
            key: 'retry',
            label: commands.retry(deliveryId),
            kind: kinds.command,
            icon: 'retry' as const,
            go: () =>
              void retry.mutateAsync({ params: { id: deliveryId } }).then(() => {
                notifyDone(commands.retried);
                return navigate({ href: `/deliveries/${deliveryId}` });
              }, notifyFailed),
          },
        ]),
    ...(may('connections:manage') ? connections : []).map((connection): Hit => {
      const isOn = connection.status === 'enabled';
      return {
        key: `status ${connection.id}`,
        label: (isOn ? terms.pauseOf : terms.resumeOf)(connection.name),
        kind: kinds.command,
        icon: isOn ? 'pause' : 'play',
        go: () => change(connection, isOn ? 'paused' : 'enabled'),
      };
    }),
  ];
  const isVisitor = text !== '' && !text.includes(' ') && !anyId.test(text);
  return [
    ...pasted(text).map(([href, label, kind, icon]) => leadsTo(href, label, kind, icon)),
    ...[...things, ...deliveries].map(([href, label, kind, icon]) => leadsTo(href, label, kind, icon)),
    ...acts,
    ...[...pages, ...done, ...docs].filter(fits),
    ...(isVisitor && may('events:view')
      ? [leadsTo(`/events?visitor=${encodeURIComponent(text)}`, commands.eventsOf(text), kinds.command, 'user')]
      : []),
    ...(isVisitor && may('deliveries:view')
      ? [
          leadsTo(
            `/deliveries?filter=${encodeURIComponent(text)}`,
            commands.deliveriesWith(text),
            kinds.command,
            'deliveries',
          ),
        ]
      : []),
  ];
}

const soughtStatuses = ['failed', 'held', 'retrying', 'pending', 'delivered'] as const;
const anyId = /^[a-z]{3}_[0-9a-z]{20,}$/;
const isIdOf = (prefix: string, text: string) => anyId.test(text) && text.startsWith(`${prefix}_`);

type Found = [href: string, label: string, kind: string, icon: IconName];

/** The thing that a whole id names. */
function pasted(text: string): Found[] {
  if (isIdOf(idPrefixes.event, text)) return [[`/events/${text}`, shell.search.event(text), terms.event, 'events']];
  if (isIdOf(idPrefixes.delivery, text))
    return [[`/deliveries/${text}`, shell.search.delivery(text), kinds.delivery, 'deliveries']];
  return [];
}

/** The newest deliveries with an e-mail address in their request or response; without the right to see these, of that visitor. */
function useDeliveriesOf(text: string, may: (right: Right) => boolean): Found[] {
  // Each search may take two seconds of reading.
  const [asked] = useDebouncedValue(text, 400);
  const query = { ...(may('payloads:view') ? { q: asked } : { visitorId: asked }), limit: eachMax };
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(text);
  const { data } = useQuery({
    ...apiQuery('listDeliveries', { query }),
    enabled: isAddress && asked === text && may('deliveries:view'),
  });
  if (!isAddress) return [];
  return (data?.data ?? []).map(({ id, status, createdAt }) => [
    `/deliveries/${id}`,
    shell.search.deliveryWith(text, parts.status[status], formatTime(new Date(createdAt), 'log', Date.now())),
    kinds.delivery,
    'deliveries',
  ]);
}

/** The things whose names hold the text. */
function useThings(text: string, may: (right: Right) => boolean) {
  const [asked] = useDebouncedValue(text, 120);
  const query = { name: asked, limit: eachMax };
  const enabled = (right: Right) => asked !== '' && may(right);
  const connections = useQuery({ ...apiQuery('listConnections', { query }), enabled: enabled('connections:view') });
  const destinations = useQuery({
    ...apiQuery('listAllDestinations', { query }),
    enabled: enabled('connections:view'),
  });
  const actions = useQuery({ ...apiQuery('listActions', { query }), enabled: enabled('actions:view') });
  const behaviors = useQuery({ ...apiQuery('listBehaviors', { query }), enabled: enabled('behaviors:view') });
  const collectors = useQuery({ ...apiQuery('listCollectors', { query }), enabled: enabled('collectors:view') });
  if (text === '') return { things: [], connections: [] };
  const found = (
    list: { data?: { data: readonly { id: string; name: string }[] } | undefined },
    folder: string,
    kind: string,
    icon: IconName,
  ) => (list.data?.data ?? []).map(({ id, name }): Found => [`${folder}/${id}`, name, kind, icon]);
  const things: Found[] = [
    ...found(connections, '/connections', terms.connection, 'connections'),
    ...(destinations.data?.data ?? []).map(
      ({ id, connectionId, name }): Found => [
        `/connections/${connectionId}/destinations/${id}`,
        name,
        terms.destination,
        'deliveries',
      ],
    ),
    ...found(actions, '/actions', terms.action, 'actions'),
    ...found(behaviors, '/behaviors', terms.behavior, 'behaviors'),
    ...found(collectors, '/data-collection', terms.collector, 'collection'),
  ];
  return { things, connections: connections.data?.data ?? [] };
}

/** The pages of the settings, which the menu does not name. */
const settingsPages: readonly { to: string; label: string; icon: IconName; right: Right | null }[] = [
  { to: '/settings/account', label: account.title, icon: 'user', right: null },
  { to: '/settings/users', label: users.title, icon: 'user', right: 'users:view' },
  { to: '/settings/roles', label: roles.title, icon: 'lock', right: 'users:view' },
  { to: '/settings/tokens', label: tokens.title, icon: 'key', right: null },
  { to: '/settings/alerts', label: alerts.title, icon: 'bell', right: 'settings:view' },
  { to: '/settings/privacy', label: privacy.title, icon: 'lock', right: 'settings:view' },
  { to: '/settings/audit', label: audit.title, icon: 'book', right: 'audit:view' },
];

const docsPages = [
  ['/docs/templates', shell.search.docs.templates],
  ['/docs/recipes', shell.search.docs.recipes],
  ['/docs/shortcuts', shell.search.docs.shortcuts],
  ['/docs/errors', shell.search.docs.errors],
  ['/docs/api', shell.search.docs.api],
] as const;
