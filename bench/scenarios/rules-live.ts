import { pause } from '../clock.ts';
import { createRoutes, type Routes } from '../many-routes.ts';
import { costOf } from '../process-usage.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { createCollector, type Ends, sendThrough, startEnds } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';

const one: Routes = { connections: 1, destinations: 1, actions: 1 };
const most: Routes = { connections: 200, destinations: 2_000, actions: 10_000 };
const flood = { events: 20_000, batch: 50, connections: 8, window: 2_000 };
/** Statistics are rolled up after their minute. */
const followsMs = 75_000;

/** The cost of an event among many actions in the whole program, with the work that follows within 75 s. */
export const rulesLive: Scenario = {
  name: 'rules-live',
  title: 'One of 10,000 actions over 2,000 destinations fires, against a single one',
  async run(options) {
    await using stack = new AsyncDisposableStack();
    const ends = stack.use(await startEnds());
    const few = stack.use(await startWith(ends, one));
    const many = stack.use(await startWith(ends, most));
    for (const program of [few, many]) await program.send();
    const found = await rounds(options, async () => {
      const [single, large] = [await few.measure(), await many.measure()];
      const [a, b] = [await single.whole, await large.whole];
      return {
        single: single.us,
        large: large.us,
        singleWhole: a,
        largeWhole: b,
        ratio: large.us / single.us,
        ratioWhole: b / a,
      };
    });
    const unit = 'µs/event';
    return [
      { name: 'one action', unit, values: found.single },
      { name: '10,000 actions', unit, values: found.large },
      { name: '10,000 actions over one', unit: 'ratio', values: found.ratio },
      { name: 'one action, with the 75 s that follow', unit, values: found.singleWhole },
      { name: '10,000 actions, with the 75 s that follow', unit, values: found.largeWhole },
      {
        name: '10,000 actions over one, with the 75 s that follow',
        unit: 'ratio',
        values: found.ratioWhole,
        landing: atMost(2.7),
        goal: atMost(1.8),
      },
    ];
  },
};

async function startWith(ends: Ends, routes: Routes) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const product = stack.use(await startProduct(folder.path));
  const path = await createCollector(product);
  await createRoutes(product, [ends.sinkPort], routes);
  const rig = { ...ends, product, folder: folder.path, path, destinationId: '' };
  const send = () => sendThrough(rig, { ...flood, destinations: routes.actions });
  const owned = stack.move();
  return {
    send,
    /** Processor time per event until all have arrived, and `whole`: with what follows. */
    async measure() {
      const sent = Promise.withResolvers<number>();
      const whole = costOf(product.pid, flood.events, async () => {
        const { cost } = await costOf(product.pid, flood.events, send);
        sent.resolve(cost.total);
        await pause(followsMs);
      }).then(({ cost }) => cost.total);
      whole.catch(sent.reject);
      return { us: await sent.promise, whole };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
