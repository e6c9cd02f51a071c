import { Button, Code, Group, Stack, Switch, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { destinationFacts as facts } from '../../../data/schema-facts.ts';
import { destinations as words } from '../../../messages/en.ts';
import { bindChecked } from '../../../parts/form/bind.ts';
import { controlsOf, type FormState } from '../../../parts/form/form-controls.tsx';
import { ReadValue } from '../../../parts/form/read-value.tsx';
import { Folded } from '../../../parts/form/sections.tsx';
import { FieldGrid, Note } from '../../../parts/parts.ts';
import { pathOfAddress, resultingUrl } from '../../../parts/text/endpoint-address.ts';
import { type DestinationDraft, fields } from './destination-draft.ts';

export type FormProps = FormState<DestinationDraft>;
type Props = FormProps & { connection: Base; isNew: boolean };

type Base = { baseUrl: string; port: number | null };

const contentTypes = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/x-ndjson',
  'text/csv',
  'text/plain',
  'text/xml; charset=utf-8',
];

/** Which endpoint it is, and how it is called: one line for a stored one, since its template is what is worked on. */
export function DestinationForm({ connection, isNew, ...form }: Props): ReactNode {
  const { draft, errors, isDisabled, onChange } = form;
  const [status] = words.statuses[draft.status].split(':');
  const field = controlsOf(fields, facts, words.fields, form);
  const { options: methods = [] } = facts['method'] ?? {};
  return (
    <Folded
      isOpenAtFirst={isNew}
      hasErrors={Object.keys(errors).some((path) => path !== 'template' && !path.startsWith('settings.'))}
      summary={
        <>
          <Title order={2}>{words.title}</Title>
          <Text span c="dimmed" truncate title={draft.path}>
            <bdi>{draft.method}</bdi> <bdi className="mono">{draft.path}</bdi> · {shortType(draft.contentType)} ·{' '}
            {status}
          </Text>
        </>
      }
    >
      <Stack gap="sm" mt="sm">
        {field('name')}
        {field('description')}
        <FieldGrid least="16rem">
          {field('method', { options: Object.fromEntries(methods.map((one) => [one, one])) })}
          {field('contentType', { list: 'content-types' })}
          <datalist id="content-types">
            {contentTypes.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </FieldGrid>
        {field('path', { isCode: true })}
        <AddressHelp {...form} connection={connection} />
        {isDisabled ? (
          <ReadValue label={words.fields.status[0]} value={words.statuses[draft.status]} />
        ) : (
          <Switch
            label={words.fields.status[0]}
            description={words.statuses[draft.status]}
            {...bindChecked(draft.status === 'enabled', (isChecked) =>
              onChange({ status: isChecked ? 'enabled' : 'disabled' }),
            )}
          />
        )}
      </Stack>
    </Folded>
  );
}

/** `application/vnd.api+json` is JSON to a reader. */
function shortType(contentType: string): string {
  const [type = ''] = contentType.split(';');
  return /[/+](json|xml)$/.exec(type.trim())?.[1]?.toUpperCase() ?? type;
}

function AddressHelp({ draft, connection, isDisabled, onChange }: FormProps & { connection: Base }): ReactNode {
  const pasted = pathOfAddress(draft.path, connection);
  if (pasted !== null && !isDisabled)
    return (
      <Group gap="xs">
        <Note>{words.pathIsWhole}</Note>
        <Button size="compact-sm" onClick={() => onChange({ path: pasted })}>
          {words.takePath(pasted)}
        </Button>
      </Group>
    );
  const url = resultingUrl(draft.path, connection);
  if (url === null) return null;
  return (
    <Text c="dimmed" size="sm" component="div">
      {words.goesToLabel} <Code style={{ overflowWrap: 'anywhere' }}>{words.goesTo(draft.method, url)}</Code>
    </Text>
  );
}
