import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { EraseInput } from '../../../contract/records/erasure.ts';
import { useApi, useApiQuery } from '../../data/data.ts';
import { privacy, terms } from '../../messages/en.ts';
import { bind, options } from '../../parts/form/bind.ts';
import { ActDialog, Panel, Problem, ShortTable, Time } from '../../parts/parts.ts';

const words = privacy.erase;
type By = keyof typeof words.bys;

/** Erases a visitor after a count of the stored data and a question. */
export function ErasePanel({ isDisabled }: { isDisabled: boolean }): ReactNode {
  const [by, setBy] = useState<By>('visitorId');
  const [parameter, setParameter] = useState('');
  const [text, setText] = useState('');
  const count = useApi('eraseVisitor', { isRead: true });
  const whose: EraseInput = by === 'visitorId' ? { visitorId: text } : { parameter: parameter.trim(), value: text };
  const planned = count.data;
  const isNothing = planned !== undefined && planned.counts.events + planned.counts.deliveries === 0;
  return (
    <Panel title={words.title} text={words.text}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          count.mutate({ body: { ...whose, dryRun: true } });
        }}
      >
        <Stack align="flex-start" gap="sm">
          <NativeSelect label={words.by} {...bind(by, setBy)} data={options(words.bys)} disabled={isDisabled} />
          {by === 'visitorId' ? null : (
            <TextInput
              label={terms.parameter}
              {...bind(parameter, setParameter)}
              disabled={isDisabled}
              autoComplete="off"
              spellCheck={false}
              required
            />
          )}
          <TextInput
            label={by === 'visitorId' ? words.visitorId : terms.value}
            {...bind(text, setText)}
            disabled={isDisabled}
            autoComplete="off"
            spellCheck={false}
            required
          />
          <Button type="submit" loading={count.isPending} disabled={isDisabled || text === ''}>
            {words.count}
          </Button>
        </Stack>
      </form>
      <Problem error={count.error} />
      <Text role="status">{isNothing ? words.nothing : ''}</Text>
      <Erasures />
      <ActDialog
        route="eraseVisitor"
        input={planned === undefined || isNothing ? null : { body: whose }}
        title={words.confirm}
        verb={words.verb}
        onDone={() => setText('')}
        onClose={() => count.reset()}
      >
        {planned === undefined ? null : (
          <Stack gap="xs">
            <Text>{words.consequences(planned.counts.events, planned.counts.deliveries)}</Text>
            {planned.counts.unfinished === 0 ? null : <Text>{words.unfinished(planned.counts.unfinished)}</Text>}
            <Text c="dimmed">{words.code(planned.code)}</Text>
          </Stack>
        )}
      </ActDialog>
    </Panel>
  );
}

function Erasures(): ReactNode {
  const { data } = useApiQuery('listErasures', undefined, {
    refetchInterval: (query) => (query.state.data?.data.some(({ state }) => state === 'running') ? 1_000 : false),
  });
  if (data === undefined || data.data.length === 0) return null;
  const { columns } = words;
  return (
    <ShortTable
      head={[columns.at, words.by, columns.erased, terms.state, columns.code]}
      rows={data.data.map(({ id, createdAt, by, counts, state, waitsFor, code }) => ({
        key: id ?? createdAt,
        cells: [
          <Time key="at" at={createdAt} />,
          by === 'visitorId' ? words.bys.visitorId : by,
          words.erased(counts.events, counts.deliveries),
          waitsFor ?? words.states[state],
          code,
        ],
      }))}
    />
  );
}
