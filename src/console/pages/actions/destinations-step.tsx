import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { type ReactNode, Suspense, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Event } from '../../../contract/records/event.ts';
import type { Names } from '../../data/data.ts';
import { connections, parts, terms, actions as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { DocumentField } from '../../parts/list/document-field.tsx';
import { ButtonLink, Icon, Panel } from '../../parts/parts.ts';
import { usePicked } from '../../parts/preview/pickable-events.ts';
import { isComplete } from '../../parts/rules/condition-parts.ts';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import type { Connection, Destination } from './action.ts';
import { type DestinationRow, newDestinationRow, type StepProps } from './action-draft.ts';
import { useAttributes } from './behavior-attributes.ts';
import { FieldMapping } from './field-mapping.tsx';
import { useTemplateReads } from './template-fields.ts';
import { useSampleEvent } from './use-example.ts';
import { useConnections, useTargets } from './use-targets.ts';

const w = words.destinations;

const ConnectionDialog = lazyPart(() => import('../../parts/connection/connection-dialog.tsx'), 'ConnectionDialog');
const PreviewPanel = lazyPart(() => import('./request-preview.tsx'), 'PreviewPanel');

type Props = StepProps & { names: Names; storedId: string | null };

/** Where the action sends to, and which fields each destination gets. */
export function DestinationsStep({ draft, change, names, storedId, errors, isDisabled }: Props): ReactNode {
  const [picked, onPick] = useState('');
  const [pasted, onPaste] = useState('');
  // The event to show matches the rules, or was sent to the first destination.
  const destinationId = draft.destinations.find((one) => one.destinationId !== '')?.destinationId;
  const wanted = { destinationId, rules: isComplete(draft.rules) ? draft.rules : undefined };
  const found = usePicked(picked, pasted, wanted);
  const sample = found === null || 'error' in found ? null : found;
  const event = useSampleEvent(sample);
  const attributes = useAttributes(draft.rules);
  const mayView = useMay('connections:view');
  const { isNone } = useConnections();
  const mayConnect = useMay('connections:manage');
  if (!mayView || (isNone && !mayConnect)) return <NoConnections mayView={mayView} />;
  // Until a destination is chosen, there is a row to choose it in.
  const rows = draft.destinations.length === 0 ? [newDestinationRow()] : draft.destinations;
  return (
    <>
      {rows.map((row, index) => {
        const path = `destinations.${index}`;
        return (
          <DestinationPanel
            key={path}
            path={path}
            row={row}
            title={row.destinationId === '' ? w.section(index + 1) : names.place(row.destinationId)}
            takenIds={rows.flatMap((one) => (one === row ? [] : [one.destinationId]))}
            errors={errors}
            isDisabled={isDisabled}
            attributes={attributes}
            event={event}
            onChange={(next) => change({ destinations: rows.with(index, { ...row, ...next }) })}
            onRemove={
              rows.length > 1 || row.connectionId !== ''
                ? () => change({ destinations: rows.toSpliced(index, 1) })
                : undefined
            }
          />
        );
      })}
      <div>
        <Button
          leftSection={<Icon name="plus" />}
          disabled={isDisabled || rows.some((row) => row.destinationId === '')}
          onClick={() => change({ destinations: [...rows, newDestinationRow(rows.at(-1)?.connectionId)] })}
        >
          {w.add}
        </Button>
      </div>
      <Suspense>
        <PreviewPanel
          draft={draft}
          names={names}
          storedId={storedId}
          sample={sample}
          picker={{ picked, onPick, pasted, onPaste, ...wanted }}
        />
      </Suspense>
    </>
  );
}

/** Without the right to see connections, or to create the first one. */
function NoConnections({ mayView }: { mayView: boolean }): ReactNode {
  return (
    <Panel title={words.editor.steps.destinations[0]}>
      <Text>
        {mayView
          ? connections.emptyNoRight(rights['connections:manage'])
          : `${parts.noRight(rights['connections:view'])}. ${parts.noRightText}`}
      </Text>
    </Panel>
  );
}

type PanelProps = Pick<StepProps, 'errors' | 'isDisabled'> & {
  path: string;
  row: DestinationRow;
  title: string;
  /** The destinations of the other rows. */
  takenIds: readonly string[];
  attributes: readonly string[];
  event: Event | null;
  onChange: (next: Partial<DestinationRow>) => void;
  onRemove: (() => void) | undefined;
};

function DestinationPanel(props: PanelProps): ReactNode {
  const { path, row, title, takenIds, errors, isDisabled, attributes, event, onChange, onRemove } = props;
  const { options: connectionOptions, isCut } = useConnections();
  const mayConnect = useMay('connections:manage');
  const [isConnecting, connect] = useState(false);
  const [isNew, setNew] = useState(false);
  const { connection, offered } = useTargets(row.connectionId);
  const chosen = offered.find(({ id }) => id === row.destinationId);
  const reads = useTemplateReads(chosen?.template);
  const options = offered.map((one) => {
    const reason = takenIds.includes(one.id) ? w.options.chosen(one.name) : whyNot(one, connection);
    // The present choice stays possible.
    return { value: one.id, label: reason ?? one.name, disabled: reason !== null && one.id !== row.destinationId };
  });
  const warning =
    connection === undefined
      ? null
      : chosen !== undefined && whyNot(chosen, connection) !== null
        ? w.heldNow
        : offered.length === 0
          ? w.noDestinations
          : chosen === undefined && options.some(({ disabled }) => disabled)
            ? w.whyGrey[connection.status === 'enabled' ? 'destination' : 'connection']
            : null;
  return (
    <Panel title={title}>
      <Group grow align="start" preventGrowOverflow={false}>
        {isCut ? (
          <DocumentField
            label={terms.connection}
            placeholder={w.chooseConnection}
            searched={{ kind: 'connection' }}
            value={row.connectionId}
            onChange={(connectionId) => onChange({ connectionId, destinationId: '' })}
            error={errors[`${path}.connectionId`]}
            disabled={isDisabled}
          />
        ) : (
          <NativeSelect
            label={terms.connection}
            {...bind(row.connectionId, (connectionId) => onChange({ connectionId, destinationId: '' }))}
            data={[
              ...(row.connectionId === '' ? [{ value: '', label: w.chooseConnection }] : []),
              ...connectionOptions,
            ]}
            error={errors[`${path}.connectionId`]}
            disabled={isDisabled}
            miw="12rem"
          />
        )}
        <NativeSelect
          label={terms.destination}
          {...bind(row.destinationId, (destinationId) => onChange({ destinationId }))}
          data={[...(chosen === undefined ? [{ value: '', label: w.chooseDestination }] : []), ...options]}
          error={errors[`${path}.destinationId`]}
          disabled={isDisabled || connection === undefined}
          miw="12rem"
        />
      </Group>
      {!mayConnect || isDisabled ? null : (
        <div>
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => connect(true)}>
            {terms.newConnection}
          </Button>
        </div>
      )}
      {isConnecting ? (
        <Suspense>
          <ConnectionDialog
            onClose={() => connect(false)}
            onMade={(made) => {
              connect(false);
              setNew(true);
              onChange(made);
            }}
          />
        </Suspense>
      ) : null}
      {warning === null ? null : (
        <Group gap="xs">
          <Text size="sm" c="var(--console-warn)">
            <Icon name="alert" size={14} /> {warning}
          </Text>
          <ButtonLink
            to="/connections/$connectionId"
            params={{ connectionId: row.connectionId }}
            search={{ tab: 'destinations' }}
            variant="subtle"
            size="compact-sm"
          >
            {terms.openConnection}
          </ButtonLink>
        </Group>
      )}
      {row.destinationId === '' ? null : (
        <FieldMapping
          path={`${path}.mapping`}
          rows={row.mapping}
          onChange={(mapping) => onChange({ mapping })}
          destinationName={title}
          errors={errors}
          isDisabled={isDisabled}
          attributes={attributes}
          event={event}
          reads={reads}
          isNew={isNew}
        />
      )}
      {onRemove === undefined ? null : (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<Icon name="trash" size={14} />}
          disabled={isDisabled}
          aria-label={w.removeOf(title)}
          onClick={onRemove}
        >
          {w.remove}
        </Button>
      )}
    </Panel>
  );
}

/** Why deliveries to a destination are held, with its name; null: they are not. */
function whyNot({ name, status }: Destination, connection: Connection | undefined): string | null {
  if (status !== 'enabled') return w.options[status](name);
  if (connection?.status === 'disabled') return w.options.connectionDisabled(name);
  return connection?.status === 'paused' ? w.options.connectionPaused(name) : null;
}
