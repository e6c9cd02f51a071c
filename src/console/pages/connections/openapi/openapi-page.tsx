import { Alert, Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, Suspense, useMemo, useState } from 'react';
import { fieldErrors, useApi } from '../../../data/data.ts';
import { parts, terms, connections as words } from '../../../messages/en.ts';
import { newCrumbs } from '../../../parts/connection/connection.ts';
import type { Start } from '../../../parts/connection/start.ts';
import { bind } from '../../../parts/form/bind.ts';
import { ChooseFile } from '../../../parts/form/choose-file.tsx';
import { FilterBox } from '../../../parts/list/filter-box.tsx';
import { Icon, Note, Panel, Problem } from '../../../parts/parts.ts';
import { lazyPart } from '../../../shell/lazy-part.ts';
import { Page } from '../../../shell/page.tsx';
import { type OpenapiDocument, readOpenapi } from './openapi-document.ts';
import { type LeftOut, type Offer, offersOf, startOf } from './openapi-start.ts';

const w = words.openapi;

// Loaded when the operations are chosen: reading the document takes a library.
const ConnectionEditor = lazyPart(
  () => import('../../../parts/connection/form/connection-editor.tsx'),
  'ConnectionEditor',
);

/** Operations on the page at once. */
const shownMax = 60;

/** An OpenAPI document as the beginning of a connection, with a destination for each chosen operation. */
export function OpenapiPage(): ReactNode {
  const [begun, begin] = useState<{ start: Start; leftOut: readonly LeftOut[] } | null>(null);
  return (
    <Page
      title={words.cards.openapi}
      lead={begun === null ? w.lead : words.curl.leadForm}
      right="connections:manage"
      crumbs={newCrumbs}
    >
      {begun === null ? (
        <Choice onUse={(document, offers) => begin(startOf(document, offers))} />
      ) : (
        <Stack>
          {begun.start.draft.baseUrl === '' ? <Notice title={w.noServer} lines={[]} /> : null}
          {(['sign_in', 'body', 'fields'] as const).map((kind) => {
            const lines = begun.leftOut.filter((one) => one.kind === kind).map(({ text }) => text);
            return lines.length === 0 ? null : <Notice key={kind} title={w.leftOut[kind]} lines={lines} />;
          })}
          <Suspense>
            <ConnectionEditor stored={null} start={begun.start} draftKey="connections/new/openapi" isFresh />
          </Suspense>
        </Stack>
      )}
    </Page>
  );
}

/** A document, and which of its operations to take. */
function Choice({ onUse }: { onUse: (document: OpenapiDocument, offers: readonly Offer[]) => void }): ReactNode {
  const navigate = useNavigate();
  const [{ text, url }, write] = useState<Source>({ text: '', url: null });
  const [chosen, choose] = useState<readonly Offer[]>([]);
  const read = useMemo(() => (text.trim() === '' ? null : readOpenapi(text, url)), [text, url]);
  const document = read?.ok === true ? read.document : null;
  const change = (next: Source) => {
    write(next);
    choose([]);
  };
  return (
    <Stack>
      <Panel title={w.document}>
        <Stack gap="sm" align="start">
          <Address onFetched={change} />
          <ChooseFile
            label={w.choose}
            accept=".yaml,.yml,.json,application/json"
            onText={(next) => change({ text: next, url: null })}
          />
          <Textarea
            label={w.label}
            description={w.hint}
            {...bind(text, (next) => change({ text: next, url }))}
            error={read?.ok === false ? w.problems[read.problem] : undefined}
            autosize
            minRows={4}
            maxRows={8}
            w="100%"
            spellCheck={false}
            classNames={{ input: 'mono' }}
          />
        </Stack>
      </Panel>
      {document === null ? null : <Operations document={document} chosen={chosen} onChoose={choose} />}
      <Group>
        <Button
          variant="filled"
          disabled={document === null || chosen.length === 0}
          onClick={() => document !== null && onUse(document, chosen)}
        >
          {terms.continue}
        </Button>
        <Button variant="subtle" color="gray" onClick={() => void navigate({ to: '/connections' })}>
          {parts.cancel}
        </Button>
        {chosen.length === 0 ? null : <Note role="status">{w.chosen(chosen.length)}</Note>}
      </Group>
    </Stack>
  );
}

/** `url`: where the text was fetched; null: it was not. */
type Source = { text: string; url: string | null };

/** The URL of a document, which the server fetches. */
function Address({ onFetched }: { onFetched: (source: Source) => void }): ReactNode {
  const [url, write] = useState('');
  const fetching = useApi('fetchOpenapi', { isRead: true });
  const { url: problem } = fieldErrors(fetching.error);
  return (
    <form
      style={{ inlineSize: '100%' }}
      onSubmit={(event) => {
        event.preventDefault();
        fetching.mutate({ body: { url } }, { onSuccess: onFetched });
      }}
    >
      <Stack gap="sm" align="start">
        <TextInput
          label={w.address}
          description={w.addressHint}
          {...bind(url, (next) => {
            write(next);
            fetching.reset();
          })}
          error={problem}
          type="url"
          w="100%"
          spellCheck={false}
          data-autofocus
        />
        {fetching.error !== null && problem === undefined ? <Problem error={fetching.error} /> : null}
        <Button
          type="submit"
          leftSection={<Icon name="down" />}
          loading={fetching.isPending}
          disabled={url.trim() === ''}
        >
          {w.fetch}
        </Button>
      </Stack>
    </form>
  );
}

type OperationsProps = {
  document: OpenapiDocument;
  chosen: readonly Offer[];
  onChoose: (chosen: readonly Offer[]) => void;
};

/** The operations of a document as boxes. A connection has one server: that of the first chosen one. */
function Operations({ document, chosen, onChoose }: OperationsProps): ReactNode {
  const [filter, setFilter] = useState('');
  const { offers, other } = useMemo(() => offersOf(document), [document]);
  const wanted = filter.toLowerCase();
  const found = offers.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted));
  const server = chosen[0]?.server;
  return (
    <Panel title={w.operations} text={document.title}>
      <Stack gap="xs">
        <FilterBox label={w.filter} value={filter} onChange={(next) => setFilter(next ?? '')} />
        {found.slice(0, shownMax).map((one) => {
          const isElsewhere = server !== undefined && server !== one.server;
          const notes = [one.id, one.isDeprecated ? w.deprecated : '', isElsewhere ? w.otherServer : ''];
          return (
            <Checkbox
              key={one.id}
              label={one.name}
              description={notes.filter((note) => note !== '').join(' · ')}
              disabled={isElsewhere}
              checked={chosen.includes(one)}
              onChange={() => onChoose(chosen.includes(one) ? chosen.filter((kept) => kept !== one) : [...chosen, one])}
            />
          );
        })}
        {found.length > shownMax ? <Note>{w.more(found.length - shownMax)}</Note> : null}
        {other > 0 ? <Note>{w.other(other)}</Note> : null}
      </Stack>
    </Panel>
  );
}

function Notice({ title, lines }: { title: string; lines: readonly string[] }): ReactNode {
  return (
    <Alert color="orange" icon={<Icon name="alert" />} title={title} role="status">
      {lines.map((line) => (
        <Text key={line} size="md" style={{ overflowWrap: 'anywhere' }}>
          {line}
        </Text>
      ))}
    </Alert>
  );
}
