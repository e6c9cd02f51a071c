import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Event } from '../../../contract/records/event.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type EventFor, usePicked } from '../../parts/payload/event-picker.tsx';
import { conditionOf, isComplete } from '../../parts/rules/condition-draft.ts';
import { useMay } from '../../session/rights.ts';
import type { Destination } from './action.ts';
import { type ActionDraft, type DestinationRow, newDestinationRow } from './action-draft.ts';
import type { StepProps } from './action-editor.tsx';
import { FieldMapping } from './field-mapping.tsx';
import { useSampleEvent } from './use-example.ts';
import type { Places } from './use-places.ts';

const w = words.destinations;

const PreviewPanel = lazy(() => import('./preview-panel.tsx').then((made) => ({ default: made.PreviewPanel })));

type Props = StepProps & { places: Places; storedId: string | null };

/** Where the action sends to, and which fields each destination gets. */
export function DestinationsStep({ draft, change, places, storedId, ...rest }: Props): ReactNode {
  const [picked, pick] = useState('');
  const [pasted, paste] = useState('');
  const wanted = eventFor(draft);
  const found = usePicked(picked, pasted, wanted);
  const sample = found === null || 'error' in found ? null : found;
  const event = useSampleEvent(sample);
  // Without one chosen, the first one is being chosen.
  const rows = draft.destinations.length === 0 ? [firstRow] : draft.destinations;
  const replace = (key: string, next: Partial<DestinationRow> | null) =>
    change({
      destinations: rows.flatMap((row) => (row.key !== key ? [row] : next === null ? [] : [{ ...row, ...next }])),
    });
  const mayView = useMay('connections:view');
  const mayManage = useMay('connections:manage');
  if (!places.isLoading && places.connections.length === 0)
    return (
      <Panel title={words.editor.steps.destinations[0]}>
        {mayView ? <Text>{w.noConnections}</Text> : null}
        {mayManage ? (
          <div>
            <Button component={Link} to="/connections/new" variant="default" leftSection={<Icon name="plus" />}>
              {terms.newConnection}
            </Button>
          </div>
        ) : (
          <Text>{parts.noRight(rights[mayView ? 'connections:manage' : 'connections:view'])}</Text>
        )}
      </Panel>
    );
  return (
    <>
      {rows.map((row, index) => (
        <DestinationPanel
          key={row.key}
          row={row}
          number={index + 1}
          draft={draft}
          places={places}
          {...rest}
          event={event}
          onChange={(next) => replace(row.key, next)}
          onRemove={rows.length > 1 || row.connectionId !== '' ? () => replace(row.key, null) : null}
        />
      ))}
      <div>
        <Button
          variant="default"
          leftSection={<Icon name="plus" />}
          disabled={rest.isDisabled || rows.some((row) => row.destinationId === '')}
          onClick={() => change({ destinations: [...rows, newDestinationRow(rows.at(-1)?.connectionId)] })}
        >
          {w.add}
        </Button>
      </div>
      <Suspense>
        <PreviewPanel
          draft={draft}
          places={places}
          storedId={storedId}
          picked={picked}
          onPick={pick}
          pasted={pasted}
          onPaste={paste}
          sample={sample}
          wanted={wanted}
        />
      </Suspense>
    </>
  );
}

const firstRow = newDestinationRow();

/** The event to show: one that matches the rules, or went through the first destination. */
function eventFor({ destinations, rules }: ActionDraft): EventFor {
  return {
    destinationId: destinations.find(({ destinationId }) => destinationId !== '')?.destinationId,
    rules: isComplete(rules) ? conditionOf(rules) : undefined,
  };
}

type PanelProps = Pick<StepProps, 'errors' | 'isDisabled'> & {
  event: Event | null;
  row: DestinationRow;
  number: number;
  draft: ActionDraft;
  places: Places;
  onChange: (next: Partial<DestinationRow>) => void;
  onRemove: (() => void) | null;
};

function DestinationPanel(props: PanelProps): ReactNode {
  const { row, number, draft, places, errors, isDisabled, onChange, onRemove } = props;
  const connection = places.connections.find(({ id }) => id === row.connectionId);
  const offered = places.destinations.filter(({ connectionId }) => connectionId === row.connectionId);
  const chosen = places.destinations.find(({ id }) => id === row.destinationId);
  const elsewhere = new Set(draft.destinations.filter(({ key }) => key !== row.key).map((one) => one.destinationId));
  const reasonOf = (one: Destination) =>
    elsewhere.has(one.id)
      ? w.options.chosen(one.name)
      : one.status !== 'enabled'
        ? w.options[one.status](one.name)
        : connection?.status === 'disabled'
          ? w.options.connectionDisabled(one.name)
          : connection?.status === 'paused'
            ? w.options.connectionPaused(one.name)
            : null;
  const options = offered.map((one) => {
    const reason = reasonOf(one);
    // What is chosen already stays chosen.
    return { value: one.id, label: reason ?? one.name, disabled: reason !== null && one.id !== row.destinationId };
  });
  const hasGrey = options.some((one) => one.disabled);
  const isHeld = chosen !== undefined && (chosen.status !== 'enabled' || connection?.status !== 'enabled');
  const name = chosen === undefined ? w.section(number) : places.nameOf(chosen.id);
  return (
    <Panel title={name}>
      <Group grow align="start" preventGrowOverflow={false}>
        <NativeSelect
          label={terms.connection}
          value={row.connectionId}
          onChange={(event) => onChange({ connectionId: event.currentTarget.value, destinationId: '' })}
          data={[
            ...(row.connectionId === '' ? [{ value: '', label: w.chooseConnection }] : []),
            ...places.connections.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          disabled={isDisabled}
          miw="12rem"
        />
        <NativeSelect
          label={terms.destination}
          value={row.destinationId}
          onChange={(event) => onChange({ destinationId: event.currentTarget.value })}
          data={[...(chosen === undefined ? [{ value: '', label: w.chooseDestination }] : []), ...options]}
          error={errors[`${row.key}.destinationId`]}
          disabled={isDisabled || connection === undefined}
          miw="12rem"
        />
      </Group>
      {connection !== undefined && (hasGrey || offered.length === 0 || isHeld) ? (
        <Group gap="xs" c="var(--console-warn)">
          <Icon name="alert" size={14} />
          <Text size="sm" component="span">
            {isHeld
              ? w.heldNow
              : offered.length === 0
                ? w.noDestinations
                : connection.status === 'enabled'
                  ? w.whyGrey.destination
                  : w.whyGrey.connection}
          </Text>
          <Button
            component={Link}
            to="/connections/$connectionId"
            params={{ connectionId: connection.id } as never}
            search={{ tab: 'destinations' } as never}
            variant="subtle"
            size="compact-sm"
          >
            {w.openConnection}
          </Button>
        </Group>
      ) : null}
      {row.destinationId === '' ? null : (
        <FieldMapping
          rows={row.mapping}
          onChange={(mapping) => onChange({ mapping })}
          destinationName={name}
          errors={errors}
          isDisabled={isDisabled}
          event={props.event}
        />
      )}
      {onRemove === null ? null : (
        <div>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            leftSection={<Icon name="trash" size={14} />}
            disabled={isDisabled}
            aria-label={w.removeOf(name)}
            onClick={onRemove}
          >
            {w.remove}
          </Button>
        </div>
      )}
    </Panel>
  );
}
