import { Button, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useApiQuery } from '../../data/data.ts';
import { docs, parts, terms } from '../../messages/en.ts';
import { FilterBox } from '../../parts/list/filter-box.tsx';
import { CopyButton, Icon, Nothing, Panel, Problem } from '../../parts/parts.ts';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';
import { curlOf, type Operation, operationsIn } from './operations.ts';
import { type Field, fieldsOf, type Schemas, typeOf } from './schema.ts';

const words = docs.api;

/** All operations of the API, from its OpenAPI description. */
export function ApiPage(): ReactNode {
  const { filter = '', open } = useSearch({ from: '/shell/docs/api' });
  const navigate = useNavigate({ from: '/docs/api' });
  const { data, error, refetch } = useApiQuery('openapi', undefined, { staleTime: Number.POSITIVE_INFINITY });
  const reference = useMemo(() => (data === undefined ? null : operationsIn(data, filter)), [data, filter]);
  const search = (next: { filter?: string | undefined; open?: string | undefined }) =>
    void navigate({ search: { filter, open, ...next }, replace: true, resetScroll: false });

  return (
    <DocsFrame
      name="api"
      actions={
        <Button component="a" href="/openapi.json" leftSection={<Icon name="code" />}>
          {words.machine}
        </Button>
      }
    >
      <Panel title={words.manners}>
        <ul>
          {words.mannersText.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </Panel>
      <FilterBox value={filter} onChange={(next) => search({ filter: next })} />
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {reference === null && error === null ? <Skeleton height={320} /> : null}
      {reference?.groups.length === 0 ? (
        <Nothing icon="search" title={words.none}>
          <Button onClick={() => search({ filter: undefined })}>{parts.clearFilters}</Button>
        </Nothing>
      ) : null}
      {reference?.groups.map(([tag, operations]) => (
        <Panel key={tag} title={tag}>
          <div>
            {operations.map((operation) => {
              const { operationId, method, path, summary } = operation;
              const isOpen = operationId === open;
              return (
                <details
                  key={operationId}
                  className={css['operation']}
                  open={isOpen}
                  onToggle={({ currentTarget }) => {
                    if (currentTarget.open !== isOpen) search({ open: currentTarget.open ? operationId : undefined });
                  }}
                >
                  <summary>
                    <b>{method}</b>
                    <span>{path}</span>
                    <Text c="dimmed">{summary}</Text>
                  </summary>
                  {isOpen ? <Inside operation={operation} schemas={reference.schemas} /> : null}
                </details>
              );
            })}
          </div>
        </Panel>
      ))}
    </DocsFrame>
  );
}

function Inside({ operation, schemas }: { operation: Operation; schemas: Schemas }): ReactNode {
  const { parameters, body, answer, status, security } = operation;
  const rights = operation['x-right'] ?? [];
  const curl = curlOf(operation, schemas, location.origin);
  const sections: [title: string, fields: readonly Field[]][] = [
    [
      words.parameters,
      parameters.map(({ name, in: place, required, schema }) => ({
        name,
        type: `${typeOf(schema, schemas)} (${words.inPlace[place]})`,
        isRequired: required === true,
        fields: [],
      })),
    ],
    [terms.body, body === null ? [] : fieldsOf(body, schemas)],
    [words.answer(status), answer === null ? [] : fieldsOf(answer, schemas)],
  ];
  return (
    <Stack gap="sm" p="xs" pb="lg">
      <Text>
        {security?.length === 0 ? words.public : rights.length === 0 ? words.signedIn : words.rights(rights.join(', '))}
      </Text>
      {sections
        .filter(([, fields]) => fields.length > 0)
        .map(([title, fields]) => (
          <div key={title}>
            <Title order={3}>{title}</Title>
            <Fields fields={fields} />
          </div>
        ))}
      <div>
        <Title order={3}>{words.curl}</Title>
        <Group>
          <Code block className={css['wraps'] ?? ''}>
            {curl}
          </Code>
          <CopyButton text={curl} />
        </Group>
      </div>
    </Stack>
  );
}

function Fields({ fields }: { fields: readonly Field[] }): ReactNode {
  return (
    <ul className={css['fields']}>
      {fields.map(({ name, type, isRequired, fields: inner }) => {
        const line = (
          <>
            {name === '' ? null : <code>{name}</code>}{' '}
            <Text span c="dimmed" ms={4}>
              {type}
            </Text>{' '}
            {isRequired ? (
              <Text span size="sm" c="var(--console-warn)">
                {words.required}
              </Text>
            ) : null}
          </>
        );
        return (
          <li key={`${name} ${type}`}>
            {name === '' || inner.length === 0 ? (
              line
            ) : (
              <details>
                <summary>{line}</summary>
                <Fields fields={inner} />
              </details>
            )}
            {name === '' ? <Fields fields={inner} /> : null}
          </li>
        );
      })}
    </ul>
  );
}
