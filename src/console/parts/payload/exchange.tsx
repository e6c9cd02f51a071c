import { Group, Stack, Text, Title } from '@mantine/core';
import { Fragment, type ReactNode, useId } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Attempt } from '../../../contract/records/delivery.ts';
import { outcomes, statusLine, statusMeaning, terms, exchange as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { StageBars } from '../chart/stage-bars.tsx';
import { AutoGrid, CopyIcon, Facts, More, Note, Toned, toneColor } from '../parts.ts';
import { PayloadViewer } from './payload-viewer.tsx';

type Props = {
  request: Attempt['request'];
  /** null: no answer came; then `error` says why. */
  response: Attempt['response'];
  error?: Attempt['error'];
  timings?: Attempt['timings'];
};

/**
 * One request and its response: address, what the answer means, where the time went, headers and bodies of both. For a
 * sample of what would be sent, leave out `error` and `timings` and show `ExchangeRequest` alone.
 */
export function Exchange({ request, response, error = null, timings }: Props): ReactNode {
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="baseline" gap="0.3rem 1rem">
        <Answered response={response} error={error} />
        {timings === undefined ? null : (
          <Note>{words.took(timings.totalMs + (request === null ? 0 : (timings.tokenMs ?? 0)))}</Note>
        )}
      </Group>
      {timings === undefined ? null : <StageBars timings={timings} />}
      <AutoGrid min="24rem">
        <ExchangeRequest request={request} />
        <ExchangeResponse response={response} />
      </AutoGrid>
    </Stack>
  );
}

/** The request side alone, for what would be sent. */
export function ExchangeRequest({ request }: { request: Attempt['request'] }): ReactNode {
  if (request === null) return <Side title={terms.request} none={words.noRequest} />;
  return (
    <Side title={terms.request}>
      <Group gap="0.2rem 0.6rem" mih={24} ff="monospace" fz="sm" style={{ overflowWrap: 'anywhere' }}>
        <b>{request.method}</b>
        {request.url}
        <CopyIcon text={request.url} label={terms.copyUrl} />
      </Group>
      <Headers headers={request.headers} of={terms.request} />
      <Body {...request} label={words.requestBody} root="body" />
    </Side>
  );
}

function ExchangeResponse({ response }: { response: Attempt['response'] }): ReactNode {
  if (response === null) return <Side title={terms.response} none={terms.noResponse} />;
  return (
    <Side title={terms.response}>
      <Text mih={24} ff="monospace" fz="sm" fw={600} c={toneColor(toneOf(response.status))}>
        {statusLine(response.status)}
      </Text>
      <Headers headers={response.headers} of={terms.response} />
      <Body {...response} label={words.responseBody} root="response" />
      {response.truncated ? <Note>{words.truncated}</Note> : null}
    </Side>
  );
}

/** The status with icon, words and colour, and what it means; or why there is none. */
function Answered({ response, error }: { response: Attempt['response']; error: Attempt['error'] }): ReactNode {
  const tone = response === null ? 'bad' : toneOf(response.status);
  const [title, meaning] =
    response !== null
      ? [statusLine(response.status), statusMeaning(response.status)]
      : error !== null
        ? [outcomes.errorKind[error.kind].short, error.message]
        : [];
  if (title === undefined) return null;
  return (
    <Group align="baseline" gap="0.2rem 0.75rem">
      <Toned tone={tone} icon={tone === 'good' ? 'check' : tone === 'warn' ? 'alert' : 'cross'}>
        {title}
      </Toned>
      <Text size="md">{meaning}</Text>
    </Group>
  );
}

function toneOf(status: number): 'good' | 'warn' | 'bad' {
  if (status >= 200 && status < 300) return 'good';
  return status === 429 || status === 503 ? 'warn' : 'bad';
}

type SideProps = {
  title: string;
  /** Why there is no request or response. */
  none?: string;
  children?: ReactNode;
};

function Side({ title, none, children }: SideProps): ReactNode {
  const id = useId();
  return (
    <Stack role="region" aria-labelledby={id} gap="xs" miw={0}>
      <Title order={3} id={id}>
        {title}
      </Title>
      {none === undefined ? children : <Text c="dimmed">{none}</Text>}
    </Stack>
  );
}

function Headers({ headers, of }: { headers: readonly (readonly [string, string])[]; of: string }): ReactNode {
  if (headers.length === 0) return null;
  return (
    <More summary={words.headersOf(headers.length, of)}>
      <Facts isCode facts={headers.map(([name, value]) => [name, <Masked key={name} text={value} />])} />
    </More>
  );
}

const mask = '[secret]';

/** A text in which secrets were masked by the server: shown as dots, read out as what they are. */
function Masked({ text }: { text: string }): ReactNode {
  const pieces = text.split(mask).map((piece, at) => ({ key: `${at} ${piece}`, piece, isFirst: at === 0 }));
  return pieces.map(({ key, piece, isFirst }) => (
    <Fragment key={key}>
      {isFirst ? null : (
        <Text span inherit c="dimmed" lts="0.1em" role="img" aria-label={words.secret} title={words.secret}>
          ••••••
        </Text>
      )}
      {piece}
    </Fragment>
  ));
}

type BodyProps = { body: string | null; bodyBytes?: number | undefined; label: string; root: string };

function Body({ body, bodyBytes: bytes, label, root }: BodyProps): ReactNode {
  const maySee = useMay('payloads:view');
  if (body === null || body === '')
    return (
      <Note>
        {bytes !== undefined
          ? words.notKept(bytes)
          : body === null && !maySee
            ? terms.payloadsHidden(rights['payloads:view'])
            : words.noBody}
      </Note>
    );
  return <PayloadViewer value={body} label={label} root={root} />;
}
