import { useMantineColorScheme } from '@mantine/core';
import { useClipboard, useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { covers, type Right } from '../../contract/accounts/rights.ts';
import { idPrefixes } from '../../contract/ids.ts';
import { apiQuery } from '../data/api.ts';
import { account } from '../messages/en/account.ts';
import { alerts } from '../messages/en/alerts.ts';
import { audit } from '../messages/en/audit.ts';
import { privacy } from '../messages/en/privacy.ts';
import { roles } from '../messages/en/roles.ts';
import { shell } from '../messages/en/shell.ts';
import { tokens } from '../messages/en/tokens.ts';
import { users } from '../messages/en/users.ts';
import type { IconName } from '../parts/icon.tsx';
import { notifyDone } from '../parts/notify.ts';
import { useMe } from '../session/rights.ts';
import { menu } from './menu.ts';
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
  const things = useThings(text, may);

  const fits = ({ label }: { label: string }) => label.toLowerCase().includes(text.toLowerCase());
  const leadsTo = (href: string, label: string, kind: string, icon: IconName): Hit => ({
    key: href,
    label,
    kind,
    icon,
    go: () => void navigate({ href }),
  });
  const pages = [...menu, ...settingsPages]
    .filter(({ right }) => right === null || may(right))
    .map(({ to, label, icon }) => leadsTo(to, label, kinds.page, icon));
  const docs = docsPages.map(([href, label]) => leadsTo(href, label, kinds.docs, 'book'));
  const done: Hit[] = [
    ...(may('connections:manage') ? [leadsTo('/connections/new', commands.newConnection, kinds.command, 'plus')] : []),
    ...(may('actions:manage') ? [leadsTo('/actions/new', commands.newAction, kinds.command, 'plus')] : []),
    ...(may('events:view') ? [leadsTo('/trace', commands.startTrace, kinds.command, 'play')] : []),
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
  return [
    ...pasted(text).map(([href, label, kind, icon]) => leadsTo(href, label, kind, icon)),
    ...things.map(([href, label, kind, icon]) => leadsTo(href, label, kind, icon)),
    ...[...pages, ...done, ...docs].filter(fits),
  ];
}

type Found = [href: string, label: string, kind: string, icon: IconName];

/** The thing that a whole id names. */
function pasted(text: string): Found[] {
  if (!/^[a-z]{3}_[0-9a-z]{20,}$/.test(text)) return [];
  if (text.startsWith(`${idPrefixes.event}_`))
    return [[`/events/${text}`, shell.search.event(text), kinds.event, 'events']];
  if (text.startsWith(`${idPrefixes.delivery}_`))
    return [[`/deliveries/${text}`, shell.search.delivery(text), kinds.delivery, 'deliveries']];
  return [];
}

/** The things whose names hold the text. */
function useThings(text: string, may: (right: Right) => boolean): Found[] {
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
  if (text === '') return [];
  const found = (
    list: { data?: { data: readonly { id: string; name: string }[] } | undefined },
    folder: string,
    kind: string,
    icon: IconName,
  ) => (list.data?.data ?? []).map(({ id, name }): Found => [`${folder}/${id}`, name, kind, icon]);
  return [
    ...found(connections, '/connections', kinds.connection, 'connections'),
    ...(destinations.data?.data ?? []).map(
      ({ id, connectionId, name }): Found => [
        `/connections/${connectionId}/destinations/${id}`,
        name,
        kinds.destination,
        'deliveries',
      ],
    ),
    ...found(actions, '/actions', kinds.action, 'actions'),
    ...found(behaviors, '/behaviors', kinds.behavior, 'behaviors'),
    ...found(collectors, '/data-collection', kinds.collector, 'collection'),
  ];
}

/** The pages of the settings, which the menu does not name. */
const settingsPages: readonly { to: string; label: string; icon: IconName; right: Right | null }[] = [
  { to: '/settings/account', label: account.title, icon: 'user', right: null },
  { to: '/settings/users', label: users.title, icon: 'user', right: 'users:view' },
  { to: '/settings/roles', label: roles.title, icon: 'lock', right: 'users:view' },
  { to: '/settings/tokens', label: tokens.title, icon: 'lock', right: null },
  { to: '/settings/alerts', label: alerts.title, icon: 'alert', right: 'settings:view' },
  { to: '/settings/privacy', label: privacy.title, icon: 'lock', right: 'settings:view' },
  { to: '/settings/audit', label: audit.title, icon: 'book', right: 'audit:view' },
];

const docsPages = [
  ['/docs', shell.search.docs.overview],
  ['/docs/templates', shell.search.docs.templates],
  ['/docs/recipes', shell.search.docs.recipes],
  ['/docs/shortcuts', shell.search.docs.shortcuts],
  ['/docs/errors', shell.search.docs.errors],
  ['/docs/api', shell.search.docs.api],
  ['/docs/changelog', shell.search.docs.changelog],
] as const;
