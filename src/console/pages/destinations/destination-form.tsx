import { Button, Code, Group, NativeSelect, Switch, Text, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { studio as words } from '../../messages/en/studio.ts';
import { terms } from '../../messages/en/terms.ts';
import { Panel } from '../../parts/panel.tsx';
import type { DestinationDraft } from './destination-draft.ts';
import { pathOfAddress, resultingUrl } from './endpoint-address.ts';
import css from './studio.module.css';

export type FormProps = {
  draft: DestinationDraft;
  /** Words about fields, by their names in the API (`settings.batch.records`). */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  onChange: (change: Partial<DestinationDraft>) => void;
};

type Props = FormProps & { connection: { baseUrl: string; port: number | null } | undefined };

const methods = ['POST', 'GET', 'PUT', 'PATCH'];
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
export function DestinationForm({ draft, errors, isDisabled, onChange, connection }: Props): ReactNode {
  return (
    <Panel title={words.title}>
      <TextInput
        label={words.name}
        description={words.nameHint}
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={errors['name']}
        disabled={isDisabled}
        required
      />
      <Textarea
        label={terms.description}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
        error={errors['description']}
        disabled={isDisabled}
        autosize
        minRows={1}
      />
      <div className={css['pair']}>
        <NativeSelect
          label={words.method}
          value={draft.method}
          onChange={(event) => onChange({ method: event.currentTarget.value as DestinationDraft['method'] })} // one of the options
          error={errors['method']}
          disabled={isDisabled}
          data={methods}
        />
        <TextInput
          label={terms.contentType}
          description={words.contentTypeHint}
          value={draft.contentType}
          onChange={(event) => onChange({ contentType: event.currentTarget.value })}
          error={errors['contentType']}
          disabled={isDisabled}
          list="content-types"
          autoCapitalize="off"
          spellCheck={false}
        />
        <datalist id="content-types">
          {contentTypes.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </div>
      <TextInput
        label={terms.endpointPath}
        description={words.pathHint}
        value={draft.path}
        onChange={(event) => onChange({ path: event.currentTarget.value })}
        error={errors['path']}
        disabled={isDisabled}
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: css['mono'] ?? '' }}
      />
      {connection === undefined ? null : (
        <AddressHelp draft={draft} connection={connection} isDisabled={isDisabled} onChange={onChange} />
      )}
      <Switch
        label={terms.status}
        description={words.statuses[draft.status]}
        checked={draft.status === 'enabled'}
        onChange={(event) => onChange({ status: event.currentTarget.checked ? 'enabled' : 'disabled' })}
        disabled={isDisabled}
      />
    </Panel>
  );
}

function AddressHelp({
  draft,
  connection,
  isDisabled,
  onChange,
}: Pick<FormProps, 'draft' | 'isDisabled' | 'onChange'> & {
  connection: { baseUrl: string; port: number | null };
}): ReactNode {
  const pasted = pathOfAddress(draft.path, connection);
  if (pasted !== null && !isDisabled)
    return (
      <Group gap="xs">
        <Text c="dimmed" size="sm">
          {words.pathIsWhole}
        </Text>
        <Button variant="default" size="compact-sm" onClick={() => onChange({ path: pasted })}>
          {words.takePath(pasted)}
        </Button>
      </Group>
    );
  const url = resultingUrl(draft.path, connection);
  if (url === null) return null;
  return (
    <Text c="dimmed" size="sm" component="div">
      {words.goesToLabel} <Code className={css['address'] ?? ''}>{words.goesTo(draft.method, url)}</Code>
    </Text>
  );
}
