import { queryOptions } from '@tanstack/react-query';
import { configurationFile } from '../../../client/configuration-file.ts';
import { client } from '../../session/session.ts';
import { saveFile } from '../parts.ts';

/** An object as it is shown for files and shells. `kind`: in the plural, as in its URL. */
export type Shown = {
  kind: 'connections' | 'destinations' | 'actions' | 'behaviors' | 'collectors' | 'alerts';
  document: { readonly id: string; readonly name: string };
};

/** The object as YAML and JSON for `millrace apply`, as commands and as cURL, from the export of the server. */
export const shownAs = ({ kind, document: { id } }: Shown) =>
  queryOptions({
    queryKey: ['exportConfiguration', kind, id],
    async queryFn() {
      const { yaml, json } = await filesOf({ kind, id });
      const file = `${kind}.yaml`;
      const address = `${location.origin}/api/v1`;
      const token = `curl -H "Authorization: Bearer $MILLRACE_TOKEN"`;
      return {
        YAML: yaml,
        JSON: json,
        CLI: `millrace export --kind ${kind} --id ${id} > ${file}\nmillrace apply ${file}`,
        cURL:
          `${token} \\\n  '${address}/export?kind=${kind}&id=${id}' > export.json\n\n` +
          `${token} -H 'Content-Type: application/json' \\\n  --data-binary @export.json ${address}/import`,
      };
    },
  });

/** Saves documents as a file for `millrace apply` and *Import*. */
export async function saveExport(fileName: string, of: { kind?: string; id?: string }): Promise<void> {
  saveFile(fileName, (await filesOf(of)).yaml, 'application/yaml');
}

async function filesOf(query: { kind?: string; id?: string }): Promise<{ yaml: string; json: string }> {
  const [{ documents }, { stringify }] = await Promise.all([
    client().call('exportConfiguration', { query }),
    import('yaml'),
  ]);
  const file = configurationFile(documents);
  return { yaml: stringify(file), json: JSON.stringify(file, null, 2) };
}
