/** A response to a JSON request: its status, its body, and its cookies as a browser sends them back. */
export type Posted = {
  status: number;
  text: string;
  json: Record<string, unknown>;
  /** The cookie with this name, which over http ends in the port; '' when the response does not set it. */
  cookie(name: string): string;
};

/** Posts JSON to the API without credentials. */
export async function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Posted> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const cookies = response.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
  return {
    status: response.status,
    text,
    json: text === '' ? {} : JSON.parse(text),
    cookie: (name) => cookies.find((one) => one.replace(/^([^=]*)-\d{1,5}=/, '$1=').startsWith(`${name}=`)) ?? '',
  };
}
