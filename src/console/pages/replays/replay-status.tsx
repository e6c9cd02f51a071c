import type { ReactNode } from 'react';
import type { Replay } from '../../../contract/records/replay.ts';
import { replays as words } from '../../messages/en.ts';
import { StatusBadge, Toned } from '../../parts/parts.ts';

/** The state of a replay. One that ended with failed deliveries is not done in green. */
export function ReplayStatus({ replay: { state, progress } }: { replay: Replay }): ReactNode {
  return state === 'done' && progress.failed > 0 ? (
    <Toned icon="cross" tone="bad">
      {words.doneWithFailed(progress.failed)}
    </Toned>
  ) : (
    <StatusBadge status={state} />
  );
}
