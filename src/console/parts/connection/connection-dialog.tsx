import { Button, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { terms, connections as words } from '../../messages/en.ts';
import type { Preset } from '../../presets/preset.ts';
import { presetsLike } from '../../presets/presets.ts';
import { FilterBox } from '../list/filter-box.tsx';
import { Dialog, Note } from '../parts.ts';
import { emptyDraft } from './form/connection-draft.ts';
import { ConnectionEditor } from './form/connection-editor.tsx';
import { type Start, startOf } from './start.ts';

type Props = {
  onMade: (made: { connectionId: string; destinationId: string }) => void;
  onClose: () => void;
};

/** Any HTTP API: its address is that of the one destination. */
const webhook: Start = {
  draft: emptyDraft,
  destinations: [{ name: words.dialog.destination, path: '', status: 'enabled' }],
};

/** A preset whose first destination is used at once: what it needs is asked for in the form. */
function enabledFirst(preset: Preset): Start {
  const start = startOf(preset);
  const [first, ...more] = start.destinations;
  return first === undefined ? start : { ...start, destinations: [{ ...first, status: 'enabled' }, ...more] };
}

/** Creates a connection with its destinations beside what one is doing, such as an action, and hands them over. */
export function ConnectionDialog({ onMade, onClose }: Props): ReactNode {
  const [chosen, choose] = useState<{ id: string; start: Start } | null>(null);
  const [filter, search] = useState('');
  return (
    <Dialog onClose={onClose} title={terms.newConnection} size="xl">
      {chosen === null ? (
        <Stack gap="xs">
          <FilterBox label={words.cards.search} value={filter} onChange={(next = '') => search(next)} />
          <Kind
            name={words.cards.webhook}
            text={words.cards.webhookText}
            onChoose={() => choose({ id: '', start: webhook })}
          />
          {presetsLike(filter).map((preset) => (
            <Kind
              key={preset.id}
              name={preset.name}
              text={preset.about}
              onChoose={() => choose({ id: preset.id, start: enabledFirst(preset) })}
            />
          ))}
        </Stack>
      ) : (
        <ConnectionEditor
          stored={null}
          start={chosen.start}
          draftKey={`connections/new/in-action/${chosen.id}`}
          onCancel={onClose}
          onMade={({ id }, destinations) => onMade({ connectionId: id, destinationId: destinations[0]?.id ?? '' })}
        />
      )}
    </Dialog>
  );
}

function Kind({ name, text, onChoose }: { name: string; text: string; onChoose: () => void }): ReactNode {
  return (
    <Button variant="default" justify="start" h="auto" py={6} aria-label={name} onClick={onChoose}>
      <span style={{ textAlign: 'start', whiteSpace: 'normal' }}>
        <Text span fw={600}>
          {name}
        </Text>
        <Note>{text}</Note>
      </span>
    </Button>
  );
}
