import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import type { CallInput, RouteResponse } from '../../../../client/client.ts';
import { useApi } from '../../../data/data.ts';
import { formatDuration, terms, connections as words } from '../../../messages/en.ts';
import { Dialog, Icon, Panel, Problem } from '../../parts.ts';

const w = words.details;

type Props = {
  /** The connection as it would be saved. With its id, the test uses its stored secrets. */
  body: () => CallInput<'testUnsavedConnection'>['body'];
  isDisabled: boolean;
};

/** Connects and authenticates with the values of the form, and shows each step. */
export function TestAuthentication({ body, isDisabled }: Props): ReactNode {
  const test = useApi('testUnsavedConnection', { isRead: true });
  return (
    <Panel title={terms.testAuthentication} text={w.testText}>
      <Button
        leftSection={<Icon name="flask" />}
        loading={test.isPending}
        disabled={isDisabled}
        onClick={() => test.mutate({ body: body() })}
      >
        {terms.testAuthentication}
      </Button>
      <Steps tested={test.data} isRunning={test.isPending} />
      <Problem error={test.error} />
    </Panel>
  );
}

/** The same for a stored connection; null: the dialog is closed. */
export function TestDialog({
  connection,
  onClose,
}: {
  connection: { id: string; name: string } | null;
  onClose: () => void;
}) {
  const { mutate, data, error, isPending } = useApi('testConnection', { isRead: true });
  const id = connection?.id;
  useEffect(() => {
    if (id !== undefined) mutate({ params: { id } });
  }, [id, mutate]);
  return (
    <Dialog isOpen={connection !== null} onClose={onClose} title={w.testOf(connection?.name ?? '')}>
      <Stack>
        <Text c="dimmed">{w.testStoredText}</Text>
        <Steps tested={isPending ? undefined : data} isRunning={isPending} />
        <Problem error={error} />
      </Stack>
    </Dialog>
  );
}

function Steps({
  tested,
  isRunning,
}: {
  tested: RouteResponse<'testConnection'> | undefined;
  isRunning: boolean;
}): ReactNode {
  const isTokenRefused = tested?.steps.some(({ name, ok }) => name === 'token_answer' && !ok) === true;
  return (
    <div aria-live="polite">
      {isRunning ? <Text c="dimmed">{terms.connecting}</Text> : null}
      {tested === undefined ? null : (
        <>
          <Text fw={600} mb="xs" c={tested.ok ? 'var(--console-good)' : 'var(--console-bad)'}>
            {tested.ok ? w.testOk : w.testFailed}
          </Text>
          <Stack component="ol" gap="xs">
            {tested.steps.map(({ name, ok, durationMs, detail, error }) => {
              // A token request whose response is refused was only sent.
              const isSent = name === 'token_request' && ok && isTokenRefused;
              const tone = isSent ? 'inherit' : ok ? 'var(--console-good)' : 'var(--console-bad)';
              return (
                <Group key={`${name} ${detail}`} component="li" gap="xs" wrap="nowrap" align="start">
                  <Text span c={tone}>
                    <Icon name={isSent ? 'deliveries' : ok ? 'check' : 'cross'} size={14} />
                  </Text>
                  <Box flex={1} miw={0}>
                    {w.testSteps[name]}
                    <Text size="sm" c={ok ? 'dimmed' : tone} style={{ overflowWrap: 'anywhere' }}>
                      {error?.message ?? detail}
                    </Text>
                  </Box>
                  <Text span size="sm" c="dimmed" className="tabular">
                    {formatDuration(durationMs)}
                  </Text>
                </Group>
              );
            })}
          </Stack>
        </>
      )}
    </div>
  );
}
