import { Button, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useApiQuery } from '../../data/data.ts';
import { docs, parts, terms } from '../../messages/en.ts';
import { FilterBox } from '../../parts/list/filter-box.tsx';
import { CopyButton, Icon, Nothing, Panel, Problem } from '../../parts/parts.ts';
import css from './docs.module.css';
import { DocsFrame } from './docs-frame.tsx';
import { type Field, fieldsOf, type Schema, type Schemas, sampleOf, typeOf } from './schema.ts';

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

type Content = Record<string, { schema?: Schema }>;

type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema };

/** An operation as OpenAPI describes it. */
type Described = {
  operationId: string;
  summary: string;
  tags: string[];
  'x-right'?: string[];
  security?: unknown[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};

/** One operation of the API with the schemas of its body and its successful response. */
type Operation = Omit<Described, 'responses' | 'requestBody' | 'parameters'> & {
  parameters: Parameter[];
  method: string;
  path: string;
  body: Schema | null;
  status: string;
  answer: Schema | null;
};

type Reference = { groups: [tag: string, operations: Operation[]][]; schemas: Schemas };

/** The operations of an OpenAPI description whose words hold the text, by tag. */
function operationsIn(description: Record<string, unknown>, text: string): Reference {
  // The description that our own server made.
  const paths = (description['paths'] ?? {}) as Record<string, Record<string, Described>>;
  const components = (description['components'] ?? {}) as { schemas?: Schemas; parameters?: Record<string, Parameter> };
  const wanted = text.trim().toLowerCase();
  const operations = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => operationOf(method, path, one, components.parameters)),
    )
    .filter(({ method, path, summary, operationId }) =>
      `${method} ${path} ${summary} ${operationId}`.toLowerCase().includes(wanted),
    );
  const groups = Map.groupBy(operations, ({ tags: [tag = ''] }) => tag);
  return { groups: [...groups], schemas: components.schemas ?? {} };
}

function operationOf(
  method: string,
  path: string,
  { responses, requestBody, parameters = [], ...rest }: Described,
  shared: Record<string, Parameter> = {},
): Operation {
  const [status = '', success] = Object.entries(responses).find(([code]) => code !== 'default') ?? [];
  const body = schemaIn(requestBody?.content);
  const own = parameters.flatMap((one) => ('$ref' in one ? (shared[one.$ref.split('/').at(-1) ?? ''] ?? []) : [one]));
  return {
    ...rest,
    parameters: own,
    method: method.toUpperCase(),
    path,
    body,
    status,
    answer: schemaIn(success?.content),
  };
}

function schemaIn(content: Content = {}): Schema | null {
  return Object.values(content)[0]?.schema ?? null;
}

/** The command that calls an operation; a body shows the required fields. */
function curlOf({ method, path, body, security }: Operation, schemas: Schemas, origin: string): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}'${origin}${path}'`];
  if (security?.length !== 0) lines.push(`-H "Authorization: Bearer $MILLRACE_TOKEN"`);
  if (body !== null) {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d '${JSON.stringify(sampleOf(body, schemas)).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(' \\\n  ');
}
