import { startOtlpReceiver } from '../../test/support/otlp-receiver.ts';
import { inTurns } from '../in-turns.ts';
import { costOf } from '../process-usage.ts';
import { type Rig, sendThrough, startRig } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';

const floods = {
  batches: { events: 20_000, batch: 50, connections: 8, window: 2_000 },
  single: { events: 8_000, batch: 1, connections: 64, window: 2_000 },
};
const warmUps = 3;

/**
 * What OpenTelemetry costs at 1 % sampling, with its receiver in another process: a program with it beside one without, loaded in
 * turns, each first in every other round.
 */
export const tracing: Scenario = {
  name: 'tracing',
  title: 'OpenTelemetry at 1 % sampling, processor time added',
  roundsUsual: 8,
  async run(options) {
    await using receiver = await startOtlpReceiver();
    const settings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    };
    await using plain = await startRig();
    await using traced = await startRig({ settings });
    for (let i = 0; i < warmUps; i++)
      for (const rig of [plain, traced]) for (const flood of Object.values(floods)) await sendThrough(rig, flood);
    const found = await rounds(options, async (round) => {
      const added = async (flood: typeof floods.batches) => {
        const cost = async (rig: Rig) =>
          (await costOf(rig.product.pid, flood.events, () => sendThrough(rig, flood))).cost.total;
        const [withTraces, without] = await inTurns(
          round,
          () => cost(traced),
          () => cost(plain),
        );
        return withTraces - without;
      };
      return { batches: await added(floods.batches), single: await added(floods.single) };
    });
    if (receiver.spans.length === 0) throw new Error('the receiver got no span');
    return [
      { name: 'batches of 50, added', unit: 'µs/event', values: found.batches, goal: atMost(5) },
      { name: 'one by one, added', unit: 'µs/event', values: found.single, goal: atMost(5) },
    ];
  },
};
