import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ClientError } from '../../../client/client.ts';
import { errors } from '../../../contract/errors.ts';
import { lackedRight } from '../../data/data.ts';
import { parts, terms } from '../../messages/en.ts';
import { NoRight } from '../layout/nothing.tsx';
import { CopyIcon } from '../text/copy-button.tsx';
import { Icon } from '../text/icon.tsx';

type Props = {
  error: unknown;
  /** The title, unless it is that of the error. */
  title?: string | undefined;
  onRetry?: (() => void) | undefined;
};

/** What went wrong, in the server's words, with the request's id for the log, and a way on; nothing without an error. */
export function Problem({ error, title: own, onRetry }: Props): ReactNode {
  if (error == null) return null;
  const lacks = lackedRight(error);
  if (lacks !== null) return <NoRight right={lacks} />;
  const { title, detail, requestId } = told(error);
  return (
    <Alert role="alert" color="red" icon={<Icon name="alert" />} title={own ?? title}>
      <Stack gap="xs">
        <Text size="md">{detail}</Text>
        {requestId === null ? null : (
          <Group gap="xs">
            <Code>{parts.requestId(requestId)}</Code>
            <CopyIcon text={requestId} label={parts.copy} />
          </Group>
        )}
        {onRetry === undefined || isGone(error) ? null : (
          <Group>
            <Button size="xs" leftSection={<Icon name="retry" size={14} />} onClick={onRetry}>
              {terms.retry}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** Whether what was asked for does not exist: it would not be there the next time either. */
export const isGone = (error: unknown): boolean => error instanceof ClientError && error.code === 'not_found';

/** Title, words and request id of any error. */
export function told(error: unknown): { title: string; detail: string; requestId: string | null } {
  if (!(error instanceof ClientError)) {
    return { title: parts.problem, detail: error instanceof Error ? error.message : String(error), requestId: null };
  }
  const known = error.code in errors ? errors[error.code as keyof typeof errors][1] : parts.problem; // just looked up
  return { title: known, detail: error.message, requestId: error.requestId };
}
