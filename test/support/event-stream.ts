/** One message of a server-sent event stream. */
export type Message = { event: string; data: string; id: string | undefined };

/** Opens a stream of server-sent events and reads messages from it; disposing closes it. */
export async function openStream(
  open: (init: RequestInit) => Promise<Response>,
): Promise<{ response: Response; messages: AsyncGenerator<Message> } & Disposable> {
  const controller = new AbortController();
  const response = await open({ signal: controller.signal });
  return { response, messages: read(response), [Symbol.dispose]: () => controller.abort() };
}

async function* read({ body }: Response): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)];
        }),
      );
      const event = fields.get('event');
      if (event !== undefined) yield { event, data: fields.get('data') ?? '', id: fields.get('id') };
    }
  }
}
