import { saveFile } from '../../parts/save-file.ts';
import { asFile } from '../../parts/shown-as.ts';
import type { Connection } from './connection.ts';
import type { Destination } from './usage.ts';

/** A connection with its destinations as the file that `millrace apply` and *From file* read. Secrets are left out. */
export function exportConnection(connection: Connection, destinations: readonly Destination[]): void {
  saveFile(`${connection.name}.yaml`, connectionFile(connection, destinations), 'application/yaml');
}

/** Its text: destinations name their connection, whose id holds on this server only. */
export function connectionFile(connection: Connection, destinations: readonly Destination[]): string {
  return asFile([
    { kind: 'connections', documents: [connection] },
    {
      kind: 'destinations',
      documents: destinations.map(({ connectionId: _id, ...rest }) => ({ connection: connection.name, ...rest })),
    },
  ]);
}
