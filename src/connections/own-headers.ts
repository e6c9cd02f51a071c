import type { ConnectionBody, Header } from '../contract/documents/connection.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import { type FieldError, invalid } from '../contract/errors.ts';
import { hopsHeader } from '../contract/records/event.ts';
import { signatureHeaders } from './signing.ts';

type Connection = Pick<ConnectionBody, 'auth' | 'settings'>;
type Destination = Pick<DestinationBody, 'method' | 'settings'>;

/** A custom header that is not sent, because Millrace sets one of the same name. */
type ReplacedHeader = { readonly index: number; readonly name: string; readonly purpose: string };

/** The custom headers of a connection, or of a destination of it, that are not sent. */
export function replacedHeaders(connection: Connection, destination?: Destination): ReplacedHeader[] {
  const own = ownHeaders(connection);
  // A request without a body has no Content-Type of its own.
  if (destination?.method === 'GET' && !destination.settings.getBody) own.delete('content-type');
  const headers: readonly Pick<Header, 'name'>[] = (destination ?? connection).settings.headers;
  return headers.flatMap(({ name }, index) => {
    const purpose = own.get(name.toLowerCase());
    return purpose === undefined ? [] : [{ index, name, purpose }];
  });
}

/**
 * Refuses the custom headers of a draft that would not be sent, with AppError `invalid_value`. Those that are replaced
 * in the stored document too remain with a warning, so that it can be changed otherwise. Returns the warnings.
 */
export function checkReplacedHeaders(replaced: readonly ReplacedHeader[], stored: readonly ReplacedHeader[]): string[] {
  const known = new Set(stored.map(({ name }) => name.toLowerCase()));
  const isKnown = ({ name }: ReplacedHeader) => known.has(name.toLowerCase());
  const errors = replaced.filter((one) => !isKnown(one)).map(fieldError);
  if (errors.length > 0) throw invalid(errors);
  return replaced.map(({ name }) => `The header ${name} has no effect: Millrace always sends its own.`);
}

function fieldError({ index, purpose }: ReplacedHeader): FieldError {
  return {
    pointer: `/settings/headers/${index}/name`,
    detail: `Millrace sets this header itself (${purpose}), so this value would not be sent.`,
  };
}

/** The headers that Millrace sets in the requests of a connection, in lower case, and their purposes. */
function ownHeaders({ auth, settings }: Connection): Map<string, string> {
  const own = new Map([
    ['user-agent', 'its version'],
    [hopsHeader.toLowerCase(), 'protection against loops'],
    ['content-type', 'Content Type of the destination'],
  ]);
  if (auth.type !== 'none') own.set('authorization', 'authentication of the connection');
  if (settings.idempotencyHeader !== null) own.set(settings.idempotencyHeader.toLowerCase(), 'idempotency key');
  for (const name of signatureHeaders(settings.signing)) own.set(name.toLowerCase(), 'signature');
  return own;
}
