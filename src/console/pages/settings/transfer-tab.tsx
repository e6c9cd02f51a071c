import { Button, Code, Skeleton, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { parseAllDocuments } from 'yaml';
import { queryClient } from '../../data/query-client.ts';
import { settings } from '../../messages/en/settings.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay, useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { apply, loadDocuments } from './documents.ts';
import { PlanTable } from './plan-table.tsx';
import css from './settings.module.css';
import { exported, type Planned, planOf } from './transfer.ts';

const words = settings.transfer;

/** Everything as a file, and a file's things made here. */
export function TransferTab(): ReactNode {
  const me = useMe();
  const rights = me?.rights ?? [];
  const documents = useQuery({
    queryKey: ['all-documents', rights],
    queryFn: () => loadDocuments(client(), new Set(rights)),
    enabled: me !== undefined,
  });
  if (documents.error !== null) return <Problem error={documents.error} onRetry={() => void documents.refetch()} />;
  return (
    <div className={css['panels']} data-wide="true">
      <Panel title={words.exportTitle} text={words.exportText}>
        <div>
          <Button
            variant="default"
            disabled={documents.data === undefined}
            onClick={() => documents.data !== undefined && download(exported(documents.data))}
          >
            {documents.data === undefined ? words.loading : words.download}
          </Button>
        </div>
      </Panel>
      <Panel title={words.importTitle} text={words.importText}>
        {documents.data === undefined ? (
          <Skeleton height={120} />
        ) : (
          <Import plan={(text) => planOf(parse(text), documents.data)} />
        )}
      </Panel>
    </div>
  );
}

function Import({ plan }: { plan: (text: string) => Planned[] }): ReactNode {
  const [text, write] = useState('');
  const [planned, show] = useState<readonly Planned[] | null>(null);
  const [refused, refuse] = useState<Error | null>(null);
  const may = useMayImport();
  const run = useMutation({
    mutationFn: (todo: readonly Planned[]) => apply(client(), todo),
    onSuccess(count) {
      notifyDone(words.done(count));
      write('');
      show(null);
    },
    // What was done before a refusal stays done.
    onError: () => void queryClient.invalidateQueries(),
  });
  const todo = (planned ?? []).filter(({ change }) => change !== 'same');

  function look(next: string) {
    write(next);
    show(null);
    refuse(null);
    run.reset();
    if (next.trim() === '') return;
    try {
      show(plan(next));
    } catch (error) {
      refuse(error instanceof Error ? error : new Error(String(error)));
    }
  }

  return (
    <>
      {may ? null : <Text c="dimmed">{words.noRight}</Text>}
      <label className={css['file']}>
        <Text component="span" fw={550}>
          {words.file}
        </Text>
        <input
          type="file"
          accept=".yaml,.yml,.json"
          disabled={!may}
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            void file?.text().then(look);
          }}
        />
      </label>
      <Textarea
        label={words.paste}
        rows={8}
        spellCheck={false}
        disabled={!may}
        classNames={{ input: css['code'] ?? '' }}
        value={text}
        onChange={({ currentTarget: { value } }) => look(value)}
      />
      {refused === null ? null : <Problem error={refused} />}
      {planned === null ? null : <PlanTable planned={planned} />}
      {run.error === null ? null : <Problem error={run.error} />}
      <div>
        <Button disabled={!may || todo.length === 0} loading={run.isPending} onClick={() => run.mutate(todo)}>
          {todo.length === 0 ? words.importTitle : words.run(todo.length)}
        </Button>
      </div>
      <Text c="dimmed" size="sm">
        <Code>millrace apply FILE</Code>
      </Text>
    </>
  );
}

function useMayImport(): boolean {
  const all = [
    useMay('connections:manage'),
    useMay('behaviors:manage'),
    useMay('collectors:manage'),
    useMay('actions:manage'),
  ];
  return all.every(Boolean);
}

function parse(text: string): unknown[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.map((document): unknown => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new Error(words.notYaml(problem.message.split('\n')[0] ?? ''));
    return document.toJS();
  });
}

function download(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: 'millrace.yaml' });
  link.click();
  URL.revokeObjectURL(address);
}
