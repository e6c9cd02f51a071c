import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { parts } from '../../messages/en/parts.ts';
import { Panel } from '../../parts/panel.tsx';
import { type EventFor, EventPicker } from '../../parts/payload/event-picker.tsx';
import type { Sample } from '../../parts/payload/picked-event.ts';
import { conditionOf, isComplete } from '../../parts/rules/condition-draft.ts';
import { useTrial } from '../../parts/rules/use-trial.ts';
import { useMay } from '../../session/rights.ts';
import type { ActionDraft } from './action-draft.ts';
import { RequestPreview } from './request-preview.tsx';
import { baseUrlOf, type Places } from './use-places.ts';

const w = words.preview;

type Props = {
  draft: ActionDraft;
  places: Places;
  storedId: string | null;
  picked: string;
  onPick: (picked: string) => void;
  pasted: string;
  onPaste: (text: string) => void;
  /** What is picked; null: nothing yet. */
  sample: Sample | null;
  wanted: EventFor;
};

/** What each destination gets for one event. */
export function PreviewPanel({ draft, places, storedId, sample, wanted, ...pick }: Props): ReactNode {
  const maySee = useMay('payloads:view');
  const ids = draft.destinations.map(({ destinationId }) => destinationId).filter((id) => id !== '');
  const tried = sample === null || sample.data !== undefined ? null : { ...sample, name: '' };
  const { trial } = useTrial(draft.rules, isComplete(draft.rules) ? tried : null);
  const hasRules = JSON.stringify(conditionOf(draft.rules)) !== '{"all":[]}';
  return (
    <Panel title={w.title} text={w.text}>
      {!maySee ? (
        <Text>{parts.noRight(rights['payloads:view'])}</Text>
      ) : ids.length === 0 ? (
        <Text c="dimmed">{w.choose}</Text>
      ) : (
        <>
          <EventPicker {...pick} {...wanted} />
          {hasRules && trial?.matched === false ? (
            <Text size="sm" c="var(--console-warn)">
              {w.unmatched}
            </Text>
          ) : null}
          {sample === null
            ? null
            : ids.map((id) => (
                <RequestPreview
                  key={id}
                  destinationId={id}
                  title={ids.length > 1 ? places.nameOf(id) : null}
                  draft={draft}
                  storedId={storedId}
                  sample={sample}
                  baseUrl={baseUrlOf(places, id)}
                />
              ))}
        </>
      )}
    </Panel>
  );
}
