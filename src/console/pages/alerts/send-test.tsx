import { Alert, Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApi } from '../../data/api.ts';
import { alerts, terms } from '../../messages/en.ts';
import { formatDuration } from '../../messages/format.ts';
import { Icon, Note, Problem } from '../../parts/parts.ts';

const words = alerts.test;

/** Sends one real message and shows the result. */
export function SendTest({ alertId }: { alertId: string }): ReactNode {
  const test = useApi('testAlert');
  const { data } = test;
  return (
    <Stack component="section" gap="xs" mb="md" aria-label={terms.sendTest}>
      <Group gap="sm">
        <Button
          leftSection={<Icon name="flask" />}
          loading={test.isPending}
          onClick={() => test.mutate({ params: { id: alertId } })}
        >
          {terms.sendTest}
        </Button>
        <Note>{words.hint}</Note>
      </Group>
      <div role="status">
        {data === undefined || test.isPending ? null : (
          <Alert
            color={data.ok ? 'green' : 'red'}
            icon={<Icon name={data.ok ? 'check' : 'cross'} />}
            title={data.ok ? words.sent(formatDuration(data.durationMs)) : words.failed}
          >
            {data.detail}
          </Alert>
        )}
      </div>
      <Problem error={test.error} />
    </Stack>
  );
}
