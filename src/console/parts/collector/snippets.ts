/** Where events are sent: the server's origin as the senders reach it, and the key of a collector. */
export type Intake = { origin: string; key: string };

export type SnippetKind = 'tag' | 'browser' | 'beacon' | 'pixel' | 'curl' | 'node' | 'python' | 'infinity';

/** Lines that send an event as they stand. None needs anything installed; all but the tag speak the data collection API. */
export function snippets({ origin, key }: Intake): Record<SnippetKind, string> {
  const address = `${origin}/v3/${key}`;
  const pixel = `${origin}/${key}/dcs.gif`;
  return {
    tag: `<script async src="${origin}/tag.js" data-key="${key}"></script>
`,
    browser: `<script>
  // A name for this browser, so that its events belong together. Ask for consent first where you need it.
  const visitor = (localStorage.visitor ??= 'v-' + Math.random().toString(36).slice(2));

  function track(name, values) {
    const event = { 'wt.ev': name, 'wt.es': location.href, 'wt.ti': document.title, 'wt.dcsvid': visitor, ...values };
    return fetch('${address}', {
      method: 'POST',
      keepalive: true,
      body: JSON.stringify({ events: [event] }),
    });
  }

  track('page_view');
</script>
`,
    beacon: `<script>
  addEventListener('pagehide', () => {
    const event = { 'wt.ev': 'page_left', 'wt.es': location.href, 'wt.dcsvid': localStorage.visitor };
    navigator.sendBeacon('${address}', JSON.stringify({ events: [event] }));
  });
</script>
`,
    pixel: `<img src="${pixel}?wt.ev=newsletter_opened&amp;wt.dcsvid=reader-1" width="1" height="1" alt="">
`,
    curl: `curl '${address}' \\
  --data '{"events":[{"wt.ev":"page_view","wt.es":"https://shop.example/","wt.dcsvid":"visitor-1"}]}'
`,
    node: `const response = await fetch('${address}', {
  method: 'POST',
  body: JSON.stringify({
    events: [{ 'wt.ev': 'order_placed', 'wt.dcsvid': 'visitor-1', order: '1001', total: 49.9 }],
  }),
});
console.log(response.status, await response.json());
`,
    python: `import json, urllib.request

body = {"events": [{"wt.ev": "order_placed", "wt.dcsvid": "visitor-1", "order": "1001", "total": 49.9}]}
request = urllib.request.Request("${address}", data=json.dumps(body).encode(), method="POST")
with urllib.request.urlopen(request) as response:
    print(response.status, json.load(response))
`,
    infinity: `Account GUID      ${key}
Collection (POST) ${address}
Pixel (GET)       ${pixel}

# The body that tags and SDKs post:
{
  "static": { "wt.dcsvid": "visitor-1", "wt.es": "https://shop.example/checkout" },
  "events": [
    { "wt.ev": "view", "wt.ti": "Checkout" },
    { "wt.ev": "click", "wt.nv": "Pay now" }
  ]
}
`,
  };
}

/** The origin of a typed URL; null if it is not one, or has more than an origin. */
export function originOf(text: string): string | null {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' ? url.origin : null;
}
