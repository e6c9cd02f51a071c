import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts, terms } from '../../messages/en.ts';
import { Environment } from '../text/environment.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

type Props = {
  isOpen: boolean;
  title: string;
  /** The consequences, counted. */
  children: ReactNode;
  /** The verb on the button: “Delete”, not “OK”. */
  verb: string;
  cancel?: string;
  isDangerous?: boolean;
  isBusy?: boolean;
  size?: 'md' | 'xl';
  /** Why it can't be done at all: shown instead of the question, with nothing but Close. */
  blockedBy?: ReactNode;
  error?: unknown;
  onConfirm: () => void;
  onCancel: () => void;
};

/** Asks before something that can't be taken back. Focus starts on the harmless button. */
export function ConfirmDialog(props: Props): ReactNode {
  const { isOpen, title, children, verb, cancel = parts.cancel, isDangerous = true, isBusy = false } = props;
  return (
    <Dialog isOpen={isOpen} onClose={props.onCancel} size={props.size ?? 'md'} title={title}>
      <Stack gap="md">
        <Environment />
        <Text component="div">{props.blockedBy ?? children}</Text>
        <Problem error={props.error} />
        <Group justify="flex-end" gap="xs">
          <Button onClick={props.onCancel} data-autofocus>
            {props.blockedBy == null ? cancel : terms.close}
          </Button>
          {props.blockedBy == null ? (
            <Button
              variant="filled"
              {...(isDangerous ? { color: 'red.9' } : {})}
              loading={isBusy}
              onClick={props.onConfirm}
            >
              {verb}
            </Button>
          ) : null}
        </Group>
      </Stack>
    </Dialog>
  );
}
