import { Button, Checkbox, Code, Group, Skeleton, Stack, Text, Textarea, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { fieldErrors, kept, useApi, useApiQuery, watched } from '../../data/data.ts';
import { count, dataCollection, formatPercent, parts, terms } from '../../messages/en.ts';
import { bind, options } from '../../parts/form/bind.ts';
import { useDraft } from '../../parts/form/use-draft.tsx';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { column, timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import {
  ButtonLink,
  CopyIcon,
  Inspector,
  notifyDone,
  notifyFailed,
  Problem,
  useCloseInspector,
  WithInspector,
} from '../../parts/parts.ts';
import { pathTo } from '../../parts/payload/member-path.ts';
import { RulesThatName } from '../../parts/rules/rule-users.tsx';
import { useMay } from '../../session/rights.ts';
import { CollectionPage } from './collection-page.tsx';

const words = dataCollection.parameters;

export type Parameter = RouteResponse<'listParameters'>['data'][number];

export function ParametersPage(): ReactNode {
  const search = useSearch({ from: '/shell/data-collection/parameters' });
  const { filter, cursor, offered, seen, parameter } = search;
  const close = useCloseInspector('parameter');
  const { list } = useListPage({
    ...listWords({ ...words, title: dataCollection.parts.parameters }, 'parameters', 'collection'),
    search,
    query: useApiQuery(
      'listParameters',
      { query: { name: filter, cursor, offered, seen, sort: 'share' } },
      { ...kept, ...watched },
    ),
    columns,
    rowKey,
    opens: 'parameter',
    filters: [
      { key: 'seen', label: words.seenFilter, options: options(words.seenKinds) },
      { key: 'offered', label: words.columns.offered, options: options(words.offeredKinds) },
    ],
  });
  return (
    <CollectionPage title={dataCollection.parts.parameters} right="parameters:view" lead={words.lead}>
      <WithInspector
        list={<ListPage {...list} />}
        inspector={
          parameter === undefined ? null : <ParameterInspector key={parameter} name={parameter} onClose={close} />
        }
      />
    </CollectionPage>
  );
}

const rowKey = ({ name }: Parameter) => name;

const columns: readonly Column<Parameter>[] = [
  column('name', terms.name, { isFixed: true, isText: true, sort: rowKey }, ({ name, description }) => (
    <RowLink
      to="/data-collection/parameters"
      search={(before) => ({ ...before, parameter: name })}
      resetScroll={false}
      note={description}
    >
      {name}
    </RowLink>
  )),
  valueColumn('type', terms.type, ({ type }) => words.types[type]),
  valueColumn(
    'share',
    words.columns.share,
    ({ share, lastSeenAt }) => (lastSeenAt === null ? '–' : formatPercent(share)),
    { align: 'end', sort: ({ share }) => share },
  ),
  timeColumn('first', terms.firstSeen, ({ firstSeenAt }) => firstSeenAt, {
    none: terms.never,
    leavesFirst: true,
  }),
  timeColumn('last', terms.lastSeen, ({ lastSeenAt }) => lastSeenAt, { none: terms.never }),
  column('examples', words.columns.examples, { isText: true }, ({ examples }) => examples.join(' · ')),
  column('offered', words.columns.offered, (row) => <Offer parameter={row} />),
  column('usedBy', terms.usedBy, {}, ({ usedBy }) =>
    usedBy === 0 ? <Text c="dimmed">{terms.notUsed}</Text> : count.places(usedBy),
  ),
];

function Offer({ parameter: { name, offered } }: { parameter: Parameter }): ReactNode {
  const change = useApi('changeParameter');
  const mayManage = useMay('parameters:manage');
  // The new value is shown at once, and until the list has it.
  const [chosen, choose] = useState<boolean | null>(null);
  if (chosen === offered) choose(null);
  return (
    <Checkbox
      aria-label={words.offer(name)}
      checked={chosen ?? offered}
      disabled={!mayManage || change.isPending}
      onChange={({ currentTarget: { checked } }) => {
        choose(checked);
        change.mutate(
          { params: { name }, body: { offered: checked } },
          {
            onSuccess: () => notifyDone(checked ? words.offered(name) : words.withdrawn(name)),
            onError(error) {
              choose(null);
              notifyFailed(error);
            },
          },
        );
      }}
    />
  );
}

type InspectorProps = { name: string; onClose: () => void };

/** A parameter beside the list: description, examples, uses. */
function ParameterInspector({ name, onClose }: InspectorProps): ReactNode {
  const { data, error, refetch } = useApiQuery('listParameters', { query: { name, limit: 200 } });
  const found = data?.data.find((one) => one.name === name);
  return (
    <Inspector title={name} shown={name} onClose={onClose}>
      {found !== undefined ? (
        <Details parameter={found} onDone={onClose} />
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton height={160} />
      ) : (
        <Text>{words.notFound(name)}</Text>
      )}
    </Inspector>
  );
}

type DetailsProps = { parameter: Parameter; onDone: () => void };

function Details({ parameter, onDone }: DetailsProps): ReactNode {
  const { name, description, type, share, lastSeenAt, examples } = parameter;
  const { value, latest, set, isDirty, notice, forget } = useDraft(`parameter.${name}`, { description });
  const change = useApi('changeParameter');
  const mayManage = useMay('parameters:manage');
  const maySee = useMay('payloads:view');
  const { description: told } = fieldErrors(change.error);
  const path = pathTo('it.data[0]', name, false);
  function save() {
    const sent = latest();
    const onSuccess = () => {
      notifyDone(terms.saved(name));
      // What was typed since is not saved yet.
      if (latest() !== sent) return;
      forget();
      onDone();
    };
    change.mutate({ params: { name }, body: sent }, { onSuccess });
  }
  return (
    <>
      <Text c="dimmed">
        {words.types[type]} · {lastSeenAt === null ? words.seenNever : terms.seenIn(formatPercent(share))}
      </Text>
      {notice}
      <Textarea
        label={terms.description}
        description={words.descriptionHint}
        {...bind(value.description, (description) => set({ description }))}
        error={told}
        disabled={!mayManage}
        autosize
        minRows={3}
      />
      {change.error !== null && told === undefined ? <Problem error={change.error} /> : null}
      <Group gap="xs">
        <Button variant="filled" loading={change.isPending} disabled={!mayManage || !isDirty} onClick={save}>
          {terms.save}
        </Button>
        <ButtonLink to="/events" search={{ parameter: name }}>
          {words.events}
        </ButtonLink>
      </Group>
      <Title order={3}>{words.columns.examples}</Title>
      {examples.length === 0 ? (
        <Text c="dimmed">{maySee ? terms.noneYet : words.examplesHidden(rights['payloads:view'])}</Text>
      ) : (
        <Stack component="ul" gap={4}>
          {examples.map((example) => (
            <li key={example}>
              <Copied text={example} label={words.copyExample(example)} />
            </li>
          ))}
        </Stack>
      )}
      <Title order={3}>{words.inTemplates}</Title>
      <Copied text={path} label={parts.payload.copyPath(path)} />
      <Title order={3}>{terms.usedBy}</Title>
      <RulesThatName query={{ parameter: name }} />
    </>
  );
}

function Copied({ text, label }: { text: string; label: string }): ReactNode {
  return (
    <Group gap={4} wrap="nowrap" mih={24}>
      <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{text}</Code>
      <CopyIcon text={text} label={label} />
    </Group>
  );
}
