import { Button, Group, Input, PasswordInput, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { formatRelative, parts } from '../../messages/en.ts';
import css from './form.module.css';
import { ReadValue } from './read-value.tsx';

/** What GET gives for a stored secret, with the place where it is kept if that is elsewhere. `set: false` removes it. */
type Mark = { set: boolean; updatedAt?: string | undefined; ref?: string | undefined };

/** A secret in a form: what is stored, a new text, a place where it is kept, or nothing. */
export type SecretValue = string | { ref: string } | Mark | null;

type Props = {
  label: string;
  description?: ReactNode;
  value: SecretValue;
  /** What is stored; shown again by “Keep the stored one”. */
  stored: SecretValue;
  onChange: (value: SecretValue) => void;
  error?: ReactNode;
  /** Long secrets such as keys and tokens that people paste. */
  isLong?: boolean;
  isDisabled?: boolean;
  required?: boolean;
};

/** Write-only: a stored secret says when it was set and can be replaced, never shown. */
export function SecretField({
  label,
  description,
  value,
  stored,
  onChange,
  error,
  isLong,
  isDisabled,
  required = false,
}: Props): ReactNode {
  const id = useId();
  const hasStored = stored !== null && typeof stored === 'object';
  const place = value !== null && typeof value === 'object' && !('set' in value) ? value.ref : null;
  if (value !== null && typeof value === 'object' && 'set' in value) {
    const when = formatRelative(new Date(value.updatedAt ?? 0), Date.now());
    return (
      <div role="group" aria-labelledby={id}>
        <Input.Label component="div" id={id} required={required}>
          {label}
        </Input.Label>
        <Group className={css['stored'] ?? ''} gap="sm" justify="space-between">
          <Text size="md" c="dimmed">
            {value.ref === undefined ? (
              <>
                <span aria-hidden="true">••••••••</span> {parts.secret.set(when)}
              </>
            ) : (
              parts.secret.kept(value.ref, when)
            )}
          </Text>
          {isDisabled === true ? null : (
            <Button size="xs" aria-label={parts.secret.replaceOf(label)} onClick={() => onChange('')}>
              {parts.secret.replace}
            </Button>
          )}
        </Group>
        {error == null ? null : <Input.Error mt={4}>{error}</Input.Error>}
      </div>
    );
  }
  if (isDisabled === true) return <ReadValue label={label} value="" />;
  const shared = {
    label,
    description,
    error,
    required,
    value: place ?? (typeof value === 'string' ? value : ''),
    spellCheck: false,
    autoComplete: 'off',
    autoFocus: hasStored,
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      onChange(place === null ? currentTarget.value : { ref: currentTarget.value }),
  };
  return (
    <Stack gap={4}>
      {place !== null ? (
        <TextInput {...shared} description={parts.secret.placeText} placeholder="env:NAME" />
      ) : isLong === true ? (
        <Textarea {...shared} autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} />
      ) : (
        <PasswordInput {...shared} autoComplete="new-password" />
      )}
      <Group gap="xs">
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          onClick={() => onChange(place === null ? { ref: '' } : '')}
        >
          {place === null ? parts.secret.place : parts.secret.enter}
        </Button>
        {hasStored ? (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(stored)}>
            {parts.secret.keep}
          </Button>
        ) : null}
      </Group>
    </Stack>
  );
}
