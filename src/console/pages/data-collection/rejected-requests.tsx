import { Alert, Anchor, Box, Code, Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { errors } from '../../../contract/errors.ts';
import { allQuery, kept, useApiQuery, useCollectors, watched } from '../../data/data.ts';
import { dataCollection, formatBytes, terms } from '../../messages/en.ts';
import { options } from '../../parts/form/bind.ts';
import { type Column, ListPage, type ListState } from '../../parts/list/list-page.tsx';
import { column, timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import { Icon, Note, TextLink } from '../../parts/parts.ts';
import { CollectionPage } from './collection-page.tsx';

const words = dataCollection.rejected;

type RejectedRequest = RouteResponse<'listRejectedRequests'>['data'][number];

/** The rejected requests of all collectors, and those with keys that no collector has. */
export function RejectedPage(): ReactNode {
  return (
    <CollectionPage title={dataCollection.parts.rejected} right="collectors:view" lead={words.lead}>
      <RejectedRequests />
    </CollectionPage>
  );
}

/** A notice that requests with unknown keys were rejected, if there are any. */
export function UnknownKeys({ rejected }: { rejected: number }): ReactNode {
  const { data = [] } = useQuery({ ...rejections({}, rejected), enabled: rejected > 0, ...kept });
  const count = data.filter(({ collectorId }) => collectorId === null).length;
  if (count === 0) return null;
  return (
    <Alert color="orange" mb="md" icon={<Icon name="alert" />} title={dataCollection.unknownKeys(count)} role="status">
      {dataCollection.unknownKeysText}{' '}
      <TextLink to="/data-collection/rejected" search={{ keys: 'unknown' }}>
        {dataCollection.unknownKeysLink}
      </TextLink>
    </Alert>
  );
}

/** All rejected requests, or those of a collector: asked for again when there is a newer one. */
function useRejected(collectorId?: string) {
  const newest = useApiQuery('listRejectedRequests', { query: { collectorId, limit: 1 } }, watched).data?.data[0]?.id;
  return useQuery({ ...rejections({ collectorId }, newest), ...kept });
}

/** All rejected requests that are known, asked for again when `version` is another one. */
function rejections(query: { collectorId?: string | undefined }, version: string | number | undefined) {
  const all = allQuery('listRejectedRequests', { query });
  return { ...all, queryKey: [...all.queryKey, version] };
}

/** Rejected intake requests: when, why, and what helps. */
export function RejectedRequests({ collectorId }: { collectorId?: string }): ReactNode {
  const search = useSearch({ strict: false }) as ListState & { keys?: 'unknown' | 'known' }; // of both routes with this list
  const isOfAll = collectorId === undefined;
  const { list } = useListPage({
    ...listWords({ ...words, title: dataCollection.parts.rejected }, 'rejections', 'check'),
    search,
    query: useRejected(collectorId),
    columns: isOfAll ? ofAll : ofOne,
    texts,
    filters: isOfAll ? [{ key: 'keys', label: words.keys, options: options(words.keyKinds), of: keysOf }] : [],
  });
  return <ListPage {...list} />;
}

const keysOf = ({ collectorId }: RejectedRequest) => (collectorId === null ? 'unknown' : 'known');
const texts = ({ key, path, detail, code, origin, address }: RejectedRequest) => [
  key,
  path,
  detail,
  code,
  origin ?? '',
  address,
];

const when = timeColumn<RejectedRequest>('at', terms.time, ({ at }) => at, { isFixed: true, show: 'log' });

const sender: Column<RejectedRequest> = column(
  'collector',
  terms.collector,
  { goesBelow: true },
  ({ collectorId, key }) => <Sender collectorId={collectorId} requestKey={key} />,
);

function Sender({ collectorId, requestKey }: { collectorId: string | null; requestKey: string }): ReactNode {
  const collectors = useCollectors();
  if (collectorId !== null) {
    const name = collectors.get(collectorId)?.name ?? collectorId;
    return (
      <Text component="div" truncate maw="9rem" title={name}>
        <TextLink to="/data-collection/$collectorId" params={{ collectorId }}>
          {name}
        </TextLink>
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" c="var(--console-bad)" fw={550}>
        {words.unknownKey}
      </Text>
      <Text component="div" truncate maw="9rem" title={requestKey}>
        <Code>{requestKey}</Code>
      </Text>
    </>
  );
}

/** Opens the body of a rejected request, without its values. */
function MaskedBody({ id }: { id: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const { data } = useApiQuery('getRejectedRequest', { params: { id } }, { enabled: isOpen });
  return (
    <>
      <Anchor component="button" type="button" size="sm" onClick={() => setOpen(true)}>
        {words.viewBody}
      </Anchor>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={terms.body} size="lg">
        <Note>{words.bodyText}</Note>
        <Code block mt="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {data === undefined ? '…' : (data.body ?? words.bodyGone)}
        </Code>
      </Modal>
    </>
  );
}

/** Texts that wrap, in a column wide enough to read them. */
const sentences = { miw: '10.5rem', maw: '24rem', style: { whiteSpace: 'normal' } } as const;

const why: Column<RejectedRequest> = column('reason', terms.reason, ({ status, code, detail, collectorId }) => (
  <Box {...sentences}>
    <Text fw={550}>
      {isDisabled(code, collectorId) ? words.disabled : (known(code)?.[1] ?? code)}{' '}
      <Text span c="dimmed" fw={400}>
        {status}
      </Text>
    </Text>
    <Note>{detail}</Note>
  </Box>
));

const columns: readonly Column<RejectedRequest>[] = [
  column('cure', words.columns.cure, ({ code, collectorId }) => (
    <Text size="sm" {...sentences}>
      {isDisabled(code, collectorId) ? words.enableIt : (known(code)?.[3] ?? terms.dash)}
    </Text>
  )),
  valueColumn('origin', words.columns.origin, ({ origin }) => origin ?? terms.dash, {
    isText: true,
    leavesFirst: true,
  }),
  column('body', terms.body, ({ id, hasBody }) => (hasBody ? <MaskedBody id={id} /> : terms.dash)),
  valueColumn('size', terms.size, ({ bytes }) => formatBytes(bytes), {
    align: 'end',
    leavesFirst: true,
    sort: ({ bytes }) => bytes,
  }),
  valueColumn('path', words.columns.path, ({ method, path }) => `${method} ${path}`, {
    isText: true,
    isHiddenAtFirst: true,
  }),
  valueColumn('address', words.columns.address, ({ address }) => address, { isHiddenAtFirst: true }),
];

const ofOne = [when, why, ...columns];
const ofAll = [when, why, sender, ...columns];

/** The key is one of ours, so that only a disabled collector can have rejected it as unknown. */
const isDisabled = (code: string, collectorId: string | null) => code === 'unknown_collector' && collectorId !== null;

const known = (code: string) => (code in errors ? errors[code as keyof typeof errors] : null); // just looked up
