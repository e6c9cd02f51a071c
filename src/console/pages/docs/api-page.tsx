import { Button, Code, Skeleton, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { apiQuery } from '../../data/api.ts';
import { docs as words } from '../../messages/en/docs.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Nothing } from '../../parts/list/list-page.tsx';
import { Problem } from '../../parts/problem.tsx';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';
import { curlOf, type Operation, operationsIn, type Schema } from './operations.ts';
import { Field, SchemaView } from './schema-view.tsx';

const w = words.api;

export function ApiPage(): ReactNode {
  const { filter = '', open } = useSearch({ from: '/shell/docs/api' });
  const navigate = useNavigate({ from: '/docs/api' });
  const { data, error, refetch } = useQuery({ ...apiQuery('openapi'), staleTime: Number.POSITIVE_INFINITY });
  const reference = useMemo(() => (data === undefined ? null : operationsIn(data, filter)), [data, filter]);
  const search = (next: { filter?: string; open?: string | undefined }) =>
    void navigate({ search: { filter, open, ...next }, replace: true, resetScroll: false });

  return (
    <DocsFrame
      name="api"
      actions={
        <Button component="a" href="/openapi.json" variant="default" leftSection={<Icon name="code" />}>
          {w.machine}
        </Button>
      }
    >
      <section className={css['topic']} aria-label={w.manners}>
        <ul className={css['steps']}>
          {w.mannersText.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </section>
      <TextInput
        aria-label={parts.filter}
        placeholder={parts.filter}
        leftSection={<Icon name="search" size={14} />}
        data-key-filter
        value={filter}
        onChange={({ currentTarget: { value } }) => search({ filter: value })}
      />
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {reference === null && error === null ? <Skeleton height={320} /> : null}
      {reference?.groups.length === 0 ? (
        <Nothing icon="search" title={w.none}>
          <Button variant="default" onClick={() => search({ filter: '' })}>
            {parts.clearFilters}
          </Button>
        </Nothing>
      ) : null}
      {reference?.groups.map(([tag, operations]) => (
        <section key={tag} className={css['topic']} aria-labelledby={`tag-${tag}`}>
          <Title order={2} id={`tag-${tag}`}>
            {tag}
          </Title>
          <div>
            {operations.map((operation) => (
              <details
                key={operation.operationId}
                className={css['operation']}
                open={operation.operationId === open}
                onToggle={({ currentTarget }) => {
                  const isOpen = operation.operationId === open;
                  if (currentTarget.open !== isOpen)
                    search({ open: currentTarget.open ? operation.operationId : undefined });
                }}
              >
                <summary>
                  <span className={css['method']}>{operation.method}</span>
                  <span className={css['path']}>{operation.path}</span>
                  <span className={css['summary']}>{operation.summary}</span>
                </summary>
                {operation.operationId === open ? <Inside operation={operation} schemas={reference.schemas} /> : null}
              </details>
            ))}
          </div>
        </section>
      ))}
    </DocsFrame>
  );
}

function Inside({ operation, schemas }: { operation: Operation; schemas: Record<string, Schema> }): ReactNode {
  const { parameters = [], body, answer, status, security } = operation;
  const rights = operation['x-right'] ?? [];
  const curl = curlOf(operation, schemas, location.origin);
  return (
    <div className={css['inside']}>
      <Text>{security === undefined ? w.public : rights.length === 0 ? w.signedIn : w.rights(rights.join(', '))}</Text>
      {parameters.length === 0 ? null : (
        <div>
          <Title order={3}>{w.parameters}</Title>
          <ul className={css['fields']}>
            {parameters.map(({ name, in: place, required, schema }) => (
              <Field
                key={`${place} ${name}`}
                name={name}
                schema={schema}
                schemas={schemas}
                isRequired={required}
                note={w.inPlace[place]}
              />
            ))}
          </ul>
        </div>
      )}
      {body === null ? null : (
        <div>
          <Title order={3}>{terms.body}</Title>
          <SchemaView schema={body} schemas={schemas} />
        </div>
      )}
      {answer === null ? null : (
        <div>
          <Title order={3}>{w.answer(status)}</Title>
          <SchemaView schema={answer} schemas={schemas} />
        </div>
      )}
      <div>
        <Title order={3}>{w.curl}</Title>
        <div className={css['snippet']}>
          <Code block>{curl}</Code>
          <CopyButton text={curl} />
        </div>
      </div>
    </div>
  );
}
