import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton, Dialog, Icon } from '../parts.ts';

type Props = {
  /** The secret; null: the dialog is closed. */
  value: string | null;
  title: string;
  /** What happens when it is not copied now, and what it can do. */
  text: string;
  label: string;
  copy: string;
  done: string;
  onDone: () => void;
};

/** A secret that is shown this once. Nothing but its own button closes it: no stray click or key may lose it. */
export function ShownOnce({ value, title, text, label, copy, done, onDone }: Props): ReactNode {
  return (
    <Dialog
      isOpen={value !== null}
      onClose={onDone}
      size="lg"
      title={title}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Alert color="orange" icon={<Icon name="alert" />}>
          {text}
        </Alert>
        <TextInput
          label={label}
          readOnly
          spellCheck={false}
          autoComplete="off"
          value={value ?? ''}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <Group justify="flex-end" gap="xs">
          <CopyButton text={value ?? ''} label={copy} size="sm" />
          <Button variant="filled" onClick={onDone}>
            {done}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
