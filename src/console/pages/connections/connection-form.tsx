import { Button, Group, NativeSelect, Text, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../../parts/form/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { AdvancedFields } from './advanced-fields.tsx';
import type { AuthType } from './authentication-draft.ts';
import { AuthenticationFields } from './authentication-fields.tsx';
import { baseUrlWithout, readBaseUrl } from './base-url.ts';
import type { ConnectionDraft } from './connection-draft.ts';
import css from './connection-form.module.css';

const w = words.details;

export type FormProps = {
  draft: ConnectionDraft;
  /** What is stored, for its secrets. */
  stored: ConnectionDraft;
  /** Words about fields, by their names in the API (`auth.token`). */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  /** Whether nothing is stored yet, so that a path can still move to the first destination. */
  isNew: boolean;
  onChange: (change: Partial<ConnectionDraft>) => void;
};

/** Connection Details: the fields, in the order in which people think of them. */
export function ConnectionForm(props: FormProps): ReactNode {
  const { draft, errors, isDisabled, onChange } = props;
  return (
    <div className={css['form']}>
      <Panel title={w.basics}>
        <TextInput
          label={w.name}
          value={draft.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          error={errors['name']}
          disabled={isDisabled}
          required
          data-field="name"
        />
        <Textarea
          label={terms.description}
          value={draft.description}
          onChange={(event) => onChange({ description: event.currentTarget.value })}
          error={errors['description']}
          disabled={isDisabled}
          autosize
          minRows={2}
        />
        <div className={css['address']}>
          <TextInput
            label={terms.baseUrl}
            description={w.baseUrlHint}
            value={draft.baseUrl}
            onChange={(event) => onChange({ baseUrl: event.currentTarget.value })}
            error={errors['baseUrl']}
            disabled={isDisabled}
            required
            inputMode="url"
            autoCapitalize="off"
            spellCheck={false}
            data-field="baseUrl"
          />
          <TextInput
            label={w.port}
            description={w.portHint}
            value={draft.port}
            onChange={(event) => onChange({ port: event.currentTarget.value })}
            error={errors['port']}
            disabled={isDisabled}
            inputMode="numeric"
          />
        </div>
        <AddressHelp {...props} />
      </Panel>
      <Panel title={words.columns.auth}>
        <NativeSelect
          label={w.authType}
          value={draft.authType}
          onChange={(event) => onChange({ authType: event.currentTarget.value as AuthType })} // one of the options
          disabled={isDisabled}
          data={options(w.authTypes)}
        />
        <AuthenticationFields {...props} />
      </Panel>
      <AdvancedFields {...props} hasErrors={Object.keys(errors).some(isAdvanced)} />
    </div>
  );
}

/** Whether the field of this name in the API stands under Advanced. */
const isAdvanced = (path: string) => /^settings\.|^auth\.(extra|refreshOn|tokenFields)/.test(path);

function AddressHelp({ draft, isNew, isDisabled, onChange }: FormProps): ReactNode {
  const { goesTo, port, hasQuery, path } = readBaseUrl(draft.baseUrl, draft.port);
  if (goesTo === null) return null;
  const offer = (label: string, change: Partial<ConnectionDraft>) =>
    isDisabled ? null : (
      <Button variant="default" size="compact-sm" onClick={() => onChange(change)}>
        {label}
      </Button>
    );
  return (
    <Group gap="xs">
      <Text c="dimmed" size="sm" style={{ overflowWrap: 'anywhere' }}>
        {w.goesTo(goesTo)}
      </Text>
      {port !== null && draft.port === ''
        ? offer(w.movePort(port), { baseUrl: baseUrlWithout(draft.baseUrl, 'port'), port })
        : null}
      {isNew && path !== null
        ? offer(w.movePath(path), { baseUrl: baseUrlWithout(draft.baseUrl, 'path'), firstPath: pathIn(draft.baseUrl) })
        : null}
      {draft.firstPath === '' ? null : (
        <Text c="dimmed" size="sm">
          {w.firstPath(draft.firstPath)}
        </Text>
      )}
      {hasQuery ? offer(w.dropQuery, { baseUrl: baseUrlWithout(draft.baseUrl, 'query') }) : null}
    </Group>
  );
}

/** The path of an address with its query, as a destination has it. */
function pathIn(address: string): string {
  const url = URL.parse(address.trim());
  return url === null ? '' : `${url.pathname}${url.search}`;
}
