import { Group, Select, Tabs, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Answer } from '../../../../client/client.ts';
import { rights } from '../../../../contract/accounts/rights.ts';
import { parts } from '../../../messages/en/parts.ts';
import { studio } from '../../../messages/en/studio.ts';
import { Panel } from '../../../parts/panel.tsx';
import { EventPicker } from '../../../parts/payload/event-picker.tsx';
import { useMay } from '../../../session/rights.ts';
import { CheckTab } from './check-tab.tsx';
import { EventTab } from './event-tab.tsx';
import { RequestTab } from './request-tab.tsx';
import { ResponseTab } from './response-tab.tsx';
import type { Tried, usePreview } from './use-preview.ts';

const words = studio.preview;

export type PreviewTab = keyof typeof words.tabs;
export type Shown = { tab: PreviewTab; eventId: string; actionId: string };

type Props = {
  shown: Shown;
  onShow: (change: Partial<Shown>) => void;
  pasted: string;
  onPaste: (text: string) => void;
  tried: Tried;
  actions: readonly Answer<'getAction'>[];
  action: Answer<'getAction'> | null;
  preview: ReturnType<typeof usePreview>;
  hasErrors: boolean;
  test: Answer<'testDestination'> | null;
  onInsert: (path: string) => void;
  onGoTo: (line: number, column: number) => void;
  sendTest: ReactNode;
};

/** The request of the draft for one event, its results with the newest events, and the response to a test. */
export function PreviewPanel(props: Props): ReactNode {
  const { shown, onShow, pasted, onPaste, tried, actions, action, preview, onGoTo } = props;
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
    request: () => <RequestTab preview={preview} hasErrors={props.hasErrors} onGoTo={onGoTo} />,
    event: () => (
      <EventTab sample={tried.sample} action={action} destinationId={tried.destinationId} onInsert={props.onInsert} />
    ),
    check: () => (
      <CheckTab
        tried={tried}
        hasErrors={props.hasErrors}
        onGoTo={onGoTo}
        onPick={(eventId, actionId) => onShow({ tab: 'request', eventId, actionId: actionId ?? '' })}
      />
    ),
    response: () => <ResponseTab test={props.test} tried={tried} action={action} onGoTo={onGoTo} />,
  };
  return (
    <Panel title={words.title} text={words.text}>
      <EventPicker
        picked={shown.eventId}
        onPick={(eventId) => onShow({ eventId })}
        pasted={pasted}
        onPaste={onPaste}
        destinationId={tried.destinationId ?? undefined}
        rules={action?.rules}
      />
      {actions.length > 1 ? (
        <Select
          label={words.action}
          value={action?.id ?? null}
          onChange={(actionId) => onShow({ actionId: actionId ?? '' })}
          data={actions.map(({ id, name }) => ({ value: id, label: name }))}
          searchable
          allowDeselect={false}
        />
      ) : null}
      <Group>{props.sendTest}</Group>
      <Tabs
        value={shown.tab}
        keepMounted={false}
        onChange={(tab) => onShow({ tab: (tab ?? 'request') as PreviewTab })} // one of the tabs below
      >
        <Tabs.List aria-label={studio.preview.title} mb="sm">
          {Object.entries(words.tabs).map(([tab, label]) => (
            <Tabs.Tab key={tab} value={tab} px="sm">
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={shown.tab}>{panels[shown.tab]()}</Tabs.Panel>
      </Tabs>
      {action === null && tried.destinationId !== null ? (
        <Text size="sm" c="dimmed">
          {words.noAction}
        </Text>
      ) : null}
    </Panel>
  );
}
