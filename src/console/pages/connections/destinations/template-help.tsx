import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { REFERENCE, type ReferenceEntry } from '../../../../template/check/reference.ts';
import { useApi } from '../../../data/data.ts';
import { destinations, terms } from '../../../messages/en.ts';
import { Note, SideDialog, told } from '../../../parts/parts.ts';

const words = destinations.help;
const record = { name: 'Ada', total: '12.5' };
const kinds = ['tag', 'value', 'filter', 'function'] as const;

/** The language in examples: each runs in the server's sandbox, as a delivery would. */
export function TemplateHelp({
  onClose,
  onTake,
}: {
  onClose: () => void;
  /** Puts an example into the editor; null: it can't be written to. */
  onTake: ((template: string) => void) | null;
}): ReactNode {
  return (
    <SideDialog onClose={onClose} title={words.title}>
      <Stack>
        <Text>{words.text}</Text>
        <Note>
          {words.record} <Code>{JSON.stringify(record)}</Code>
        </Note>
        {kinds.map((kind) => (
          <Stack key={kind} component="section">
            <Title order={3}>{words.kinds[kind]}</Title>
            {REFERENCE.filter((one) => one.kind === kind).map((one) => (
              <Example key={`${one.kind} ${one.name}`} entry={one} onTake={onTake} />
            ))}
          </Stack>
        ))}
      </Stack>
    </SideDialog>
  );
}

function Example({ entry, onTake }: { entry: ReferenceEntry; onTake: ((template: string) => void) | null }): ReactNode {
  const { signature, summary, example } = entry;
  const render = useApi('renderTemplate', { isRead: true });
  const result = render.data?.result;
  const output =
    result?.kind === 'body' ? result.body : (result?.reason ?? (render.error && told(render.error).detail));
  const event = { id: 'evt_example', name: 'Example', visitorId: 'v-1', data: record };
  const body = { template: example, contentType: 'text/plain', data: [record], events: [event] };
  return (
    <Stack gap={6}>
      <Text fw={600} ff="monospace" size="sm">
        {signature}
      </Text>
      <Text size="sm">{summary}</Text>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {example}
      </Code>
      <Group gap="xs">
        <Button
          size="compact-sm"
          loading={render.isPending}
          aria-label={words.runOf(entry.name)}
          onClick={() => render.mutate({ body })}
        >
          {terms.run}
        </Button>
        {onTake === null ? null : (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            aria-label={words.insertOf(entry.name)}
            onClick={() => onTake(example)}
          >
            {words.insert}
          </Button>
        )}
        <Text size="sm" aria-live="polite" style={{ overflowWrap: 'anywhere' }}>
          {output == null ? null : (
            <>
              {words.prints} <Code>{output}</Code>
            </>
          )}
        </Text>
      </Group>
    </Stack>
  );
}
