import { NativeSelect, Skeleton, Tabs, Text } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';
import type { RouteResponse } from '../../../../../client/client.ts';
import { rights } from '../../../../../contract/accounts/rights.ts';
import { useApiQuery } from '../../../../data/data.ts';
import { destinations, parts } from '../../../../messages/en.ts';
import { bind } from '../../../../parts/form/bind.ts';
import { Note, Panel, Problem } from '../../../../parts/parts.ts';
import { PayloadViewer } from '../../../../parts/payload/payload-viewer.tsx';
import { EventPicker } from '../../../../parts/preview/event-picker.tsx';
import type { Sample } from '../../../../parts/preview/picked-event.ts';
import { RequestTab } from '../../../../parts/preview/request-tab.tsx';
import { useMay } from '../../../../session/rights.ts';
import { lazyPart } from '../../../../shell/lazy-part.ts';
import type { Preview, PreviewTab } from './use-preview.ts';

const words = destinations.preview;

const SendTest = lazyPart(() => import('../../../../parts/preview/send-test.tsx'), 'SendTest');
// Loaded when they are opened: the request comes first.
const CheckTab = lazyPart(() => import('./check-tab.tsx'), 'CheckTab');
const ResponseTab = lazyPart(() => import('../../../../parts/preview/response-tab.tsx'), 'ResponseTab');

type Props = {
  preview: Preview;
  baseUrl: string;
  /** Writes a path into the template. */
  onInsert: (path: string) => void;
  onGoTo: (line: number, column: number) => void;
};

/** The request of the draft for one event, its results with the newest events, and the response to a test. */
export function PreviewPanel({ preview, baseUrl, onInsert, onGoTo }: Props): ReactNode {
  const { shown, show, tried, actions, action, batch, hasErrors } = preview;
  const may = useMay('payloads:view');
  if (!may)
    return (
      <Panel title={words.title} text={words.text}>
        <Text>
          {words.noRight} “{rights['payloads:view']}”. {parts.noRightText}
        </Text>
      </Panel>
    );
  const panels: Record<PreviewTab, () => ReactNode> = {
    request: () => <RequestTab request={preview.request} hasErrors={hasErrors} onGoTo={onGoTo} />,
    event: () => (
      <EventTab sample={tried.sample} action={action} destinationId={tried.destinationId} onInsert={onInsert} />
    ),
    check: () => (
      <CheckTab
        tried={tried}
        hasErrors={hasErrors}
        onGoTo={onGoTo}
        onPick={(eventId, actionId) => show({ tab: 'request', eventId, actionId: actionId ?? '' })}
      />
    ),
    response: () => <ResponseTab test={preview.response} tried={tried} action={action} onGoTo={onGoTo} />,
  };
  return (
    <Panel title={words.title} text={words.text}>
      <EventPicker
        picked={shown.eventId}
        onPick={(eventId) => show({ eventId })}
        pasted={preview.pasted}
        onPaste={preview.paste}
        destinationId={tried.destinationId ?? undefined}
        rules={action?.rules}
      />
      {batch.choices.length > 1 ? (
        <NativeSelect
          label={words.records}
          description={words.recordsText}
          {...bind(String(batch.records), (records) => batch.choose(Number(records)))}
          data={batch.choices.map(String)}
        />
      ) : null}
      {actions.length > 1 ? (
        <NativeSelect
          label={words.action}
          {...bind(action?.id ?? '', (actionId) => show({ actionId }))}
          data={actions.map(({ id, name }) => ({ value: id, label: name }))}
        />
      ) : null}
      <Suspense>
        <SendTest
          destinationId={tried.destinationId}
          body={preview.testBody}
          whyNot={preview.whyNoTest}
          baseUrl={baseUrl}
          isWanted={preview.isTestWanted}
          onSent={preview.onSent}
        />
      </Suspense>
      <Tabs
        value={shown.tab}
        keepMounted={false}
        onChange={(tab) => show({ tab: (tab ?? 'request') as PreviewTab })} // one of the tabs below
      >
        <Tabs.List aria-label={destinations.preview.title} mb="sm">
          {Object.entries(words.tabs).map(([tab, label]) => (
            <Tabs.Tab key={tab} value={tab} px="sm">
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={shown.tab}>
          <Suspense fallback={<Skeleton height={160} />}>{panels[shown.tab]()}</Suspense>
        </Tabs.Panel>
      </Tabs>
      {action === null && tried.destinationId !== null ? <Note>{words.noAction}</Note> : null}
    </Panel>
  );
}

type EventProps = {
  sample: Sample | null;
  action: RouteResponse<'getAction'> | null;
  destinationId: string | null;
  onInsert: (path: string) => void;
};

/** The input of the template; a click on a name inserts its path at the cursor. */
function EventTab({ sample, action, destinationId, onInsert }: EventProps): ReactNode {
  const id = sample?.eventId;
  const { data, error, refetch } = useApiQuery('getEvent', { params: { id: id ?? '' } }, { enabled: id !== undefined });
  if (sample === null) return null;
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  const event = id === undefined ? sample.event : data;
  if (id !== undefined && event === undefined) return <Skeleton height={200} />;
  const mapping = action?.destinations.find((one) => one.destinationId === destinationId)?.mapping ?? [];
  const records = event === undefined ? sample.data : [recordOf(event.data, mapping)];
  return (
    <>
      <Note mb="xs">{words.pick}</Note>
      <PayloadViewer
        value={{ data: records, ...(event === undefined ? {} : { events: [event] }) }}
        root="it"
        label={words.tree}
        onPick={onInsert}
      />
    </>
  );
}

type Mapping = RouteResponse<'getAction'>['destinations'][number]['mapping'];

/** The record of a mapping; the values of expressions are only known to the server. */
function recordOf(data: Readonly<Record<string, unknown>>, mapping: Mapping): Record<string, unknown> {
  if (mapping.length === 0) return data;
  const lines = mapping.flatMap((line): [string, unknown][] => {
    if ('parameter' in line) return line.parameter in data ? [[line.field, data[line.parameter]]] : [];
    return [[line.field, 'expression' in line ? words.expression(line.expression) : line.value]];
  });
  return Object.fromEntries(lines);
}
