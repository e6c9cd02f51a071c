import { Text, Title } from '@mantine/core';
import { Fragment, type ReactNode, useId } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Attempt } from '../../../contract/records/delivery.ts';
import { exchange as words } from '../../messages/en/exchange.ts';
import { statusLine, statusMeaning } from '../../messages/en/http.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatBytes } from '../../messages/format.ts';
import { useMay } from '../../session/rights.ts';
import { StageBars } from '../chart/stage-bars.tsx';
import { CopyIcon } from '../copy-button.tsx';
import { Icon } from '../icon.tsx';
import css from './exchange.module.css';
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
    <div className={css['exchange']}>
      <div className={css['summary']}>
        <Answered response={response} error={error} />
        {timings === undefined ? null : (
          <Text size="sm" c="dimmed">
            {words.took(timings.totalMs + (request === null ? 0 : (timings.tokenMs ?? 0)))}
          </Text>
        )}
      </div>
      {timings === undefined ? null : <StageBars timings={timings} />}
      <div className={css['sides']}>
        <ExchangeRequest request={request} />
        <ExchangeResponse response={response} />
      </div>
    </div>
  );
}

/** The request side alone, for what would be sent. */
export function ExchangeRequest({ request }: { request: Attempt['request'] }): ReactNode {
  return (
    <Side title={terms.request} body={request?.body ?? null}>
      {request === null ? (
        <Text c="dimmed">{words.noRequest}</Text>
      ) : (
        <>
          <div className={css['address']}>
            <span className={css['method']}>{request.method}</span>
            <span className={css['url']}>{request.url}</span>
            <CopyIcon text={request.url} label={terms.copyUrl} />
          </div>
          <Headers headers={request.headers} of={terms.request} />
          <Body body={request.body} bytes={request.bodyBytes} label={words.requestBody} root="body" />
        </>
      )}
    </Side>
  );
}

function ExchangeResponse({ response }: { response: Attempt['response'] }): ReactNode {
  return (
    <Side title={terms.response} body={response?.body ?? null}>
      {response === null ? (
        <Text c="dimmed">{terms.noResponse}</Text>
      ) : (
        <>
          <div className={css['address']}>
            <span className={css['method']} data-tone={toneOf(response.status)}>
              {statusLine(response.status)}
            </span>
          </div>
          <Headers headers={response.headers} of={terms.response} />
          <Body body={response.body} bytes={response.bodyBytes} label={words.responseBody} root="response" />
          {response.truncated ? (
            <Text size="sm" c="dimmed">
              {words.truncated}
            </Text>
          ) : null}
        </>
      )}
    </Side>
  );
}

/** The status with icon, words and colour, and what it means; or why there is none. */
function Answered({ response, error }: { response: Attempt['response']; error: Attempt['error'] }): ReactNode {
  if (response === null && error === null) return null;
  const tone = response === null ? 'bad' : toneOf(response.status);
  return (
    <div className={css['answered']}>
      <span className={css['status']} data-tone={tone}>
        <Icon name={tone === 'good' ? 'check' : tone === 'warn' ? 'alert' : 'cross'} size={14} />
        {response !== null ? statusLine(response.status) : error === null ? '' : outcomes.errorKind[error.kind].short}
      </span>
      <Text size="md">
        {error !== null && response === null ? error.message : response === null ? '' : statusMeaning(response.status)}
      </Text>
    </div>
  );
}

function toneOf(status: number): 'good' | 'warn' | 'bad' {
  if (status >= 200 && status < 300) return 'good';
  return status === 429 || status === 503 ? 'warn' : 'bad';
}

function Side({ title, body, children }: { title: string; body: string | null; children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section className={css['side']} aria-labelledby={id}>
      <div className={css['sideHead']}>
        <Title order={3} id={id}>
          {title}
        </Title>
        {body === null ? null : (
          <Text size="sm" c="dimmed">
            {formatBytes(new TextEncoder().encode(body).length)}
          </Text>
        )}
      </div>
      {children}
    </section>
  );
}

function Headers({ headers, of }: { headers: readonly (readonly [string, string])[]; of: string }): ReactNode {
  if (headers.length === 0) return null;
  // Names may repeat, so that a key needs the place; the order never changes.
  const lines = headers.map(([name, value], at) => ({ key: `${at} ${name}`, name, value }));
  return (
    <details className={css['headers']}>
      <summary>{words.headersOf(headers.length, of)}</summary>
      <dl>
        {lines.map(({ key, name, value }) => (
          <div key={key}>
            <dt>{name}</dt>
            <dd>
              <Masked text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const mask = '[secret]';

/** A text in which secrets were masked by the server: shown as dots, read out as what they are. */
function Masked({ text }: { text: string }): ReactNode {
  const pieces = text.split(mask).map((piece, at) => ({ key: `${at} ${piece}`, piece, isFirst: at === 0 }));
  return pieces.map(({ key, piece, isFirst }) => (
    <Fragment key={key}>
      {isFirst ? null : (
        <span className={css['secret']} role="img" aria-label={words.secret} title={words.secret}>
          ••••••
        </span>
      )}
      {piece}
    </Fragment>
  ));
}

type BodyProps = { body: string | null; bytes: number | undefined; label: string; root: string };

function Body({ body, bytes, label, root }: BodyProps): ReactNode {
  const maySee = useMay('payloads:view');
  if (body === null || body === '')
    return (
      <Text size="sm" c="dimmed">
        {bytes !== undefined
          ? words.notKept(bytes)
          : body === null && !maySee
            ? terms.payloadsHidden(rights['payloads:view'])
            : words.noBody}
      </Text>
    );
  return <PayloadViewer value={body} label={label} root={root} />;
}
