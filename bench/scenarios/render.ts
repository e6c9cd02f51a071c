import { defaultTemplate } from '../../src/contract/documents/destination.ts';
import { startChild } from '../child.ts';
import type { RendersCalls } from '../processes/renders.ts';
import { atLeast, rounds, type Scenario } from '../scenario.ts';

const typicalTemplate = `{"visitor": "{{ it.data[0]["wt.dcsvid"] }}", "title": "{{ it.data[0]["wt.ti"] | trim }}",
{{@if(it.data[0]["wt.pn_sku"])}}"items": [{{@each(it.data[0]["wt.pn_sku"].split(";")) => sku, i}}{{@if(i > 0)}},{{/if}}
{"sku": "{{ sku | lower }}", "price": {{ Number(it.data[0]["wt.tx_s"]) }}, "currency": "{{ it.data[0]["wt.currency"] }}"}{{/each}}],{{/if}}
"page": "https://{{ it.data[0]["wt.es"] }}"}`;

/** Renders of one thread, through the sandbox and as in deliveries. */
export const render: Scenario = {
  name: 'render',
  title: 'Renders per second and thread',
  async run(options) {
    await using child = startChild<RendersCalls>('renders.ts');
    const found = await rounds(options, async () => ({
      documented: (await child.call('inSandbox', { template: defaultTemplate, renders: 64_000 })).perSecond,
      typical: (await child.call('inSandbox', { template: typicalTemplate, renders: 64_000 })).perSecond,
      simple: (await child.call('asDelivered', { template: defaultTemplate, renders: 320_000 })).perSecond,
    }));
    return [
      {
        name: 'documented template, in the sandbox',
        unit: '/s',
        values: found.documented,
        landing: atLeast(20_000),
      },
      { name: 'typical template, in the sandbox', unit: '/s', values: found.typical },
      {
        name: 'documented template, as delivered',
        unit: '/s',
        values: found.simple,
        goal: atLeast(100_000),
      },
    ];
  },
};
