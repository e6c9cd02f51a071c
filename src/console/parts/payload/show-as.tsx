import { Button, Code, ScrollArea, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { configurationFile } from '../../../client/configuration-file.ts';
import { yamlText } from '../../../client/yaml-text.ts';
import { parts, terms } from '../../messages/en.ts';
import { client } from '../../session/session.ts';
import { CopyButton, DetailTabs, Icon, Problem, SideDialog, saveFile } from '../parts.ts';

/** Opens a drawer with the object as YAML, JSON, command and cURL. */
export function ShowAs(shown: Shown): ReactNode {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button leftSection={<Icon name="code" />} onClick={open}>
        {terms.showAs}
      </Button>
      <ShowAsDrawer shown={isOpen ? shown : null} onClose={close} />
    </>
  );
}

/** The drawer alone, for menus; null: closed. */
export function ShowAsDrawer({ shown, onClose }: { shown: Shown | null; onClose: () => void }): ReactNode {
  return (
    <SideDialog isOpen={shown !== null} onClose={onClose} title={terms.showOf(shown?.document.name ?? '')}>
      {shown === null ? null : <ShownTexts {...shown} />}
    </SideDialog>
  );
}

/** An object as YAML, JSON, command and cURL, in tabs. */
export function ShownTexts(shown: Shown): ReactNode {
  const { data, error, refetch } = useQuery(shownAs(shown));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={240} aria-busy="true" />;
  return (
    <Stack>
      <Text c="dimmed">{parts.showAsText}</Text>
      <DetailTabs
        label={terms.showAs}
        names={forms}
        gap="sm"
        panels={(form) => (
          <Stack gap="xs" align="start">
            <ScrollArea.Autosize mah="70vh" w="100%" viewportProps={{ tabIndex: 0 }}>
              <Code block>{data[form]}</Code>
            </ScrollArea.Autosize>
            <CopyButton text={data[form]} />
          </Stack>
        )}
      />
    </Stack>
  );
}

const forms = { YAML: 'YAML', JSON: 'JSON', CLI: 'CLI', cURL: 'cURL' } as const;

/** An object as it is shown for files and shells. `kind`: in the plural, as in its URL. */
type Shown = {
  kind: 'connections' | 'destinations' | 'actions' | 'behaviors' | 'collectors' | 'alerts';
  document: { readonly id: string; readonly name: string };
};

/** The object as YAML and JSON for `millrace apply`, as commands and as cURL, from the export of the server. */
const shownAs = ({ kind, document: { id } }: Shown) =>
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
  const [{ documents }, yaml] = await Promise.all([client().call('exportConfiguration', { query }), import('yaml')]);
  const file = configurationFile(documents);
  return { yaml: yamlText(file, yaml), json: JSON.stringify(file, null, 2) };
}
