import { Button, Group, Input, PasswordInput, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { parts } from '../messages/en/parts.ts';
import { formatRelative } from '../messages/format.ts';
import css from './secret-field.module.css';

/** A secret in a form: what GET gave for a stored one, a new text, or nothing. */
export type SecretValue = string | { set: true; updatedAt?: string | undefined } | null;

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
}: Props): ReactNode {
  const id = useId();
  const hasStored = stored !== null && typeof stored === 'object';
  if (value !== null && typeof value === 'object') {
    const when = formatRelative(new Date(value.updatedAt ?? 0), Date.now());
    return (
      <div role="group" aria-labelledby={id}>
        <Input.Label component="div" id={id}>
          {label}
        </Input.Label>
        <Group className={css['stored'] ?? ''} gap="sm" justify="space-between">
          <Text size="md" c="dimmed">
            <span aria-hidden="true">••••••••</span> {parts.secret.set(when)}
          </Text>
          <Button
            variant="default"
            size="xs"
            disabled={isDisabled === true}
            aria-label={parts.secret.replaceOf(label)}
            onClick={() => onChange('')}
          >
            {parts.secret.replace}
          </Button>
        </Group>
        {error == null ? null : <Input.Error mt={4}>{error}</Input.Error>}
      </div>
    );
  }
  const shared = {
    label,
    description,
    error,
    value: value ?? '',
    disabled: isDisabled === true,
    spellCheck: false,
    autoComplete: 'off',
    autoFocus: hasStored,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <Stack gap={4}>
      {isLong === true ? (
        <Textarea {...shared} autosize minRows={2} maxRows={8} classNames={{ input: css['long'] ?? '' }} />
      ) : (
        <PasswordInput {...shared} autoComplete="new-password" />
      )}
      {hasStored ? (
        <Group>
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(stored)}>
            {parts.secret.keep}
          </Button>
        </Group>
      ) : null}
    </Stack>
  );
}
