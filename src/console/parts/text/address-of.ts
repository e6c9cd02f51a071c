const folders = {
  connection: '/connections',
  action: '/actions',
  behavior: '/behaviors',
  collector: '/data-collection',
  event: '/events',
  delivery: '/deliveries',
  issue: '/issues',
  replay: '/replays',
  alert: '/settings/alerts',
  user: '/settings/users',
  role: '/settings/roles',
} as const;

/** The kinds of things with a page of their own. */
type KindWithPage = keyof typeof folders | 'destination';

export const hasPage = (kind: string): kind is KindWithPage => kind === 'destination' || Object.hasOwn(folders, kind);

type Thing = { id: string; connectionId?: string | null | undefined };

/** The address of the page of a thing, for `to`. A destination is below its connection. */
export function addressOf(kind: KindWithPage, { id, connectionId }: Thing): '/' {
  const folder = kind === 'destination' ? `/connections/${connectionId}/destinations` : folders[kind];
  return `${folder}/${id}` as '/'; // an address of routes.ts
}
