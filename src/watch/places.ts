import type { Configuration } from '../pipeline/snapshot/snapshot.ts';

/** Display names of configuration objects; the id for deleted ones. */
export function namesIn(configuration: Configuration) {
  const documents = () => configuration.snapshot.documents;
  const connection = (id: string) => documents().connection.get(id)?.body.name ?? id;
  return {
    connection,
    action: (id: string) => documents().action.get(id)?.body.name ?? id,
    destination(id: string) {
      const body = documents().destination.get(id)?.body;
      return body === undefined ? id : `${connection(body.connectionId)} › ${body.name}`;
    },
  };
}

export type Names = ReturnType<typeof namesIn>;
