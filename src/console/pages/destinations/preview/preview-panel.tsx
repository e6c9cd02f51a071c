import { NativeSelect, Skeleton, Tabs, Text } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';
import { rights } from '../../../../contract/accounts/rights.ts';
import { destinations, parts } from '../../../messages/en.ts';
import { Note, Panel } from '../../../parts/parts.ts';
import { EventPicker } from '../../../parts/payload/event-picker.tsx';
import { useMay } from '../../../session/rights.ts';
import { lazyPart } from '../../../shell/lazy-part.ts';
import { EventTab } from './event-tab.tsx';
import { RequestTab } from './request-tab.tsx';
import { SendTest } from './send-test.tsx';
import type { Preview, PreviewTab } from './use-preview.ts';

const words = destinations.preview;

// Loaded when they are opened: the request comes first.
const CheckTab = lazyPart(() => import('./check-tab.tsx'), 'CheckTab');
const ResponseTab = lazyPart(() => import('./response-tab.tsx'), 'ResponseTab');

type Props = {
  preview: Preview;
  baseUrl: string;
  /** Writes a path into the template. */
  onInsert: (path: string) => void;
  onGoTo: (line: number, column: number) => void;
};

/** The request of the draft for one event, its results with the newest events, and the response to a test. */
export function PreviewPanel({ preview, baseUrl, onInsert, onGoTo }: Props): ReactNode {
  const { shown, show, tried, actions, action, hasErrors } = preview;
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
      {actions.length > 1 ? (
        <NativeSelect
          label={words.action}
          value={action?.id ?? ''}
          onChange={(event) => show({ actionId: event.currentTarget.value })}
          data={actions.map(({ id, name }) => ({ value: id, label: name }))}
        />
      ) : null}
      <SendTest
        destinationId={tried.destinationId}
        body={preview.testBody}
        whyNot={preview.whyNoTest}
        baseUrl={baseUrl}
        isWanted={preview.isTestWanted}
        onSent={preview.onSent}
      />
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
