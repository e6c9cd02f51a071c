import { Button, Code, Group, Switch, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { destinationFacts as facts } from '../../data/schema-facts.ts';
import { destinations as words } from '../../messages/en.ts';
import { bindChecked } from '../../parts/form/bind.ts';
import { controlsOf, type FormState } from '../../parts/form/form-controls.tsx';
import { FieldGrid, Note, Panel } from '../../parts/parts.ts';
import { type DestinationDraft, fields } from './destination-draft.ts';
import { pathOfAddress, resultingUrl } from './endpoint-address.ts';

export type FormProps = FormState<DestinationDraft>;

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

/** Which endpoint it is, and how it is called. */
export function DestinationForm({ connection, ...form }: FormProps & { connection: Base }): ReactNode {
  const { draft, isDisabled, onChange } = form;
  const field = controlsOf(fields, facts, words.fields, form);
  const { options: methods = [] } = facts['method'] ?? {};
  return (
    <Panel title={words.title}>
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
      <Switch
        label={words.fields.status[0]}
        description={words.statuses[draft.status]}
        {...bindChecked(draft.status === 'enabled', (isChecked) =>
          onChange({ status: isChecked ? 'enabled' : 'disabled' }),
        )}
        disabled={isDisabled}
      />
    </Panel>
  );
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
