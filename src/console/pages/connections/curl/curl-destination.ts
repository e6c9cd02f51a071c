import { type DestinationDraft, emptyDraft } from '../destinations/destination-draft.ts';
import type { CurlRequest } from './curl-command.ts';
import { startOf } from './curl-start.ts';
import { withoutPerson } from './sample-person.ts';

type Base = {
  baseUrl: string;
  port: number | null;
  auth: { type: string };
  settings: { headers: readonly { name: string }[] };
};

/** How a cURL command relates to a connection. */
type CurlDestination =
  | {
      kind: 'destination';
      /** With the headers that the connection does not send already. */
      draft: DestinationDraft;
      /** Who authenticates: only the command did, the connection does instead, or no one. */
      signIn: 'command' | 'connection' | 'none';
    }
  /** It goes to another server, or to a part of this one outside of the Base URL. */
  | { kind: 'elsewhere'; goesTo: string; base: string; isOtherHost: boolean };

/** The destination of this connection that sends what a cURL command sends, if it can have one. */
export function destinationOf(request: CurlRequest, { baseUrl, port, auth, settings }: Base): CurlDestination {
  const base = new URL(baseUrl);
  if (port !== null) base.port = String(port);
  const url = new URL(request.url);
  const shared = base.pathname.replace(/\/+$/, '');
  const isOtherHost = url.origin !== base.origin;
  if (isOtherHost || !(url.pathname === shared || url.pathname.startsWith(`${shared}/`)))
    return { kind: 'elsewhere', goesTo: `${url.origin}${url.pathname}`, base: base.href, isOtherHost };

  const { draft, destination } = startOf(request);
  const rest = url.pathname.slice(shared.length);
  const own = new Set(settings.headers.map(({ name }) => name.toLowerCase()));
  return {
    kind: 'destination',
    draft: {
      ...emptyDraft,
      ...destination,
      path: withoutPerson(`${rest === '/' && url.search !== '' ? '' : rest}${url.search}`, request.kept).text,
      headers: draft.headers.filter(({ name }) => !own.has(name.toLowerCase())),
    },
    signIn: draft.authType === 'none' ? 'none' : auth.type === 'none' ? 'command' : 'connection',
  };
}
