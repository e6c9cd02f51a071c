import type { ConnectionBody, Header } from '../contract/documents/connection.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import { hopsHeader } from '../contract/records/event.ts';
import { credentialsHeaderOf } from './oauth/client-auth.ts';
import { signatureHeaders } from './signing.ts';

type Connection = Pick<ConnectionBody, 'auth' | 'settings'>;
type Destination = Pick<DestinationBody, 'method' | 'settings'>;

/** A warning for each custom header of a connection, or of a destination of it, that Millrace replaces with its own. */
export function replacedHeaders(connection: Connection, destination?: Destination): string[] {
  const own = ownHeaders(connection);
  // A request without a body has no Content-Type of its own.
  if (destination?.method === 'GET' && !destination.settings.getBody) own.delete('content-type');
  const headers: readonly Pick<Header, 'name'>[] = (destination ?? connection).settings.headers;
  return headers.flatMap(({ name }) => {
    const purpose = own.get(name.toLowerCase());
    return purpose === undefined ? [] : [`The header ${name} has no effect: Millrace sends its own (${purpose}).`];
  });
}

/** The headers that Millrace sets in the requests of a connection, in lower case, and their purposes. */
function ownHeaders({ auth, settings }: Connection): Map<string, string> {
  const own = new Map([
    ['user-agent', 'its version'],
    [hopsHeader.toLowerCase(), 'protection against loops'],
    ['content-type', 'Content Type of the destination'],
  ]);
  const credentials = credentialsHeaderOf(auth);
  if (credentials !== null) own.set(credentials, 'authentication of the connection');
  if (settings.idempotencyHeader !== null) own.set(settings.idempotencyHeader.toLowerCase(), 'idempotency key');
  for (const name of signatureHeaders(settings.signing)) own.set(name.toLowerCase(), 'signature');
  return own;
}
