/** Headers as they came: names and values in turns. */
export type RawHeaders = readonly string[];

/** The mark of the load balancer in requests and answers. */
const VIA = '1.1 google';
const BETWEEN_HOPS = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);

/** Where a request came from. */
export interface Origin {
  readonly clientAddress: string;
  /** Address of the forwarding rule. */
  readonly address: string;
  readonly scheme: 'http' | 'https';
}

/**
 * Headers of a request towards an instance: those that concern one hop only are left out, X-Forwarded-For ends with
 * the client's and the load balancer's address, X-Forwarded-Proto and Via are set.
 * @param upgrade keeps what asks for another protocol
 */
export function requestHeaders(raw: RawHeaders, origin: Origin, upgrade: boolean): string[] {
  const dropped = namedByConnection(raw);
  const headers: string[] = [];
  let before = '';
  let via = '';
  let protocol: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    const key = name.toLowerCase();
    if (key === 'x-forwarded-for') before = before === '' ? value : `${before},${value}`;
    else if (key === 'via') via = via === '' ? value : `${via}, ${value}`;
    else if (key === 'upgrade') protocol = value;
    else if (key !== 'x-forwarded-proto' && key !== 'expect' && !BETWEEN_HOPS.has(key) && !dropped.has(key)) {
      headers.push(name, value);
    }
  }
  headers.push(
    'X-Forwarded-For',
    `${before === '' ? '' : `${before},`}${origin.clientAddress},${origin.address}`,
    'X-Forwarded-Proto',
    origin.scheme,
    'Via',
    via === '' ? VIA : `${via}, ${VIA}`,
  );
  if (upgrade && protocol !== undefined) headers.push('Connection', 'Upgrade', 'Upgrade', protocol);
  return headers;
}

/** Headers of an instance's answer towards the client, with Via and, where affinity made one, a cookie. */
export function answerHeaders(raw: RawHeaders, cookie: string | undefined, upgrade: boolean): string[] {
  const dropped = namedByConnection(raw);
  const headers: string[] = [];
  let via = '';
  for (let i = 0; i < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    const key = name.toLowerCase();
    if (key === 'via') via = via === '' ? value : `${via}, ${value}`;
    else if (upgrade && (key === 'upgrade' || key === 'connection')) headers.push(name, value);
    // How the body is cut into pieces is agreed with the client anew.
    else if (key !== 'transfer-encoding' && !BETWEEN_HOPS.has(key) && !dropped.has(key)) headers.push(name, value);
  }
  headers.push('Via', via === '' ? VIA : `${via}, ${VIA}`);
  if (cookie !== undefined) headers.push('Set-Cookie', cookie);
  return headers;
}

function namedByConnection(raw: RawHeaders): ReadonlySet<string> {
  const names = new Set<string>();
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue;
    for (const name of (raw[i + 1] ?? '').split(',')) names.add(name.trim().toLowerCase());
  }
  return names;
}
