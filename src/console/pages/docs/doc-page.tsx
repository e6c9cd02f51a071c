import { Button, Code, Group, Paper, SimpleGrid, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, type RefCallback, useCallback, useEffect, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { formatDuration, terms, docs as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { Icon, Note, Problem } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { NotFoundPage } from '../../shell/failed-page.tsx';
import { loadDoc } from './doc-list.ts';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';

/** A document of docs/ or the changelog, rendered by the build. */
export function DocPage(): ReactNode {
  const { name } = useParams({ from: '/shell/docs/$name' });
  const followed = useFollowedLinks();
  const { data, error } = useQuery({
    queryKey: ['doc', name],
    queryFn: () => loadDoc(name),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { hash } = useLocation();
  const isThere = data !== undefined;
  useEffect(() => {
    if (isThere && hash !== '') document.getElementById(hash)?.scrollIntoView();
  }, [hash, isThere]);
  if (data === null) return <NotFoundPage />;

  return (
    <DocsFrame name={name}>
      <Problem error={error} />
      {data === undefined && error === null ? <Skeleton height={320} /> : null}
      {data?.parts.map((part) =>
        part.kind === 'example' ? (
          <TemplateExample key={part.template} {...part} />
        ) : (
          <div
            key={part.html.slice(0, 200)}
            className={css['doc']}
            ref={followed}
            // biome-ignore lint/security/noDangerouslySetInnerHtml: made of our own documents by the build
            dangerouslySetInnerHTML={{ __html: part.html }}
          />
        ),
      )}
    </DocsFrame>
  );
}

/** Links in the text to other pages of the console are followed without loading it again. */
function useFollowedLinks(): RefCallback<HTMLElement> {
  const navigate = useNavigate();
  return useCallback(
    (text) => {
      function follow(event: MouseEvent) {
        const link = event.target instanceof Element ? event.target.closest('a') : null;
        const href = link?.getAttribute('href');
        if (!href?.startsWith('/') || event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        void navigate({ href });
      }
      text?.addEventListener('click', follow);
      return () => text?.removeEventListener('click', follow);
    },
    [navigate],
  );
}

type Props = { title: string; template: string; data: readonly unknown[]; contentType: string };

/** A template and its data, to be changed and run by the server's own renderer. */
function TemplateExample({ title, template, data, contentType }: Props): ReactNode {
  const before = { template, data: JSON.stringify(data, null, 2) };
  const [draft, write] = useState(before);
  const mayRun = useMay('connections:view');
  const run = useMutation<RouteResponse<'renderTemplate'>, Error>({
    mutationFn: () =>
      client().call('renderTemplate', { body: { template: draft.template, data: recordsIn(draft.data), contentType } }),
    meta: { isRead: true },
  });
  const isChanged = draft.template !== before.template || draft.data !== before.data;

  function reset() {
    write(before);
    run.reset();
  }

  function pressed(event: KeyboardEvent) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    run.mutate();
  }

  return (
    <Paper component="section" withBorder p="sm" aria-label={terms.example(title)} onKeyDown={pressed}>
      <Stack gap="xs">
        <SimpleGrid minColWidth="min(18rem, 100%)" autoFlow="auto-fit" spacing="sm">
          {(['template', 'data'] as const).map((name) => (
            <Textarea
              key={name}
              label={name === 'data' ? words.data : terms.template}
              classNames={{ input: 'mono' }}
              rows={rowsOf(draft[name])}
              spellCheck={false}
              {...bind(draft[name], (value) => write((last) => ({ ...last, [name]: value })))}
            />
          ))}
        </SimpleGrid>
        <Group gap="xs">
          <Button
            variant="filled"
            size="xs"
            leftSection={<Icon name="play" size={13} />}
            loading={run.isPending}
            disabled={!mayRun}
            onClick={() => run.mutate()}
          >
            {terms.run}
          </Button>
          {isChanged ? (
            <Button size="xs" onClick={reset}>
              {words.reset}
            </Button>
          ) : null}
          <Note>{mayRun ? contentType : words.noRun}</Note>
        </Group>
        <div role="status" aria-label={terms.result}>
          {run.data === undefined ? null : <Result {...run.data} />}
        </div>
        <Problem error={run.error} />
      </Stack>
    </Paper>
  );
}

function Result({ result, durationMs }: RouteResponse<'renderTemplate'>): ReactNode {
  if (result.kind === 'skipped') return <Text>{words.skipped(result.reason)}</Text>;
  if (result.kind === 'failed') {
    const { reason, line, column } = result;
    return (
      <Text c="var(--console-bad)" className={css['wraps'] ?? ''}>
        {line === undefined || column === undefined ? words.failed(reason) : words.failedAt(reason, line, column)}
      </Text>
    );
  }
  return (
    <>
      <Code block className={css['wraps'] ?? ''}>
        {result.body}
      </Code>
      <Note>{words.ran(formatDuration(durationMs))}</Note>
    </>
  );
}

function recordsIn(text: string): Record<string, unknown>[] {
  try {
    const data: unknown = JSON.parse(text);
    if (Array.isArray(data)) return data;
  } catch {
    // Said below, as for JSON that is no list.
  }
  throw new Error(words.badData);
}

/** As many rows as the text has when its long lines wrap. */
function rowsOf(text: string): number {
  const rows = text.split('\n').reduce((sum, line) => sum + Math.max(Math.ceil(line.length / 44), 1), 0);
  return Math.min(Math.max(rows, 2), 14);
}
