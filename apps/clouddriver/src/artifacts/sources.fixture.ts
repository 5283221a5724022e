import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request whose signature is looked at. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The signature that AWS documents for a request (Signature Version 4), written from "Authenticating Requests" of S3. */
export function awsSignature(request: SignedRequest, secret: string): string {
  const authorization = request.headers['authorization'] ?? '';
  const scope = /Credential=[^/]+\/([^,]+)/.exec(authorization)?.[1] ?? '';
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '';
  const [path = '', query = ''] = request.target.split('?');
  const canonical = [
    request.method,
    path,
    query
      .split('&')
      .filter(Boolean)
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .toSorted()
      .join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${(request.headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    request.headers['x-amz-content-sha256'] ?? '',
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const [date = '', region = '', service = '', end = ''] = scope.split('/');
  const key = [region, service, end].reduce(hmac, hmac(`AWS4${secret}`, date));
  return hmac(key, toSign).toString('hex');
}

/** Is the bearer of a request a token that this key signed for reading, with a scope? */
export function isSignedBy(publicKey: string, authorization: string | undefined): boolean {
  const [head = '', body = '', signature = ''] = (authorization ?? '').replace(/^Bearer /, '').split('.');
  if (
    !verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      createPublicKey(publicKey),
      Buffer.from(signature, 'base64url'),
    )
  )
    return false;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  return String(claims['scope']).endsWith('devstorage.read_only') && Number(claims['exp']) > Number(claims['iat']);
}

/** A listening server of sources. */
export interface Source {
  readonly port: number;
  readonly seen: SignedRequest[];
  close(): void;
}

/** Starts a server that keeps what it was asked. */
export async function source(answer: (request: SignedRequest, response: ServerResponse) => void): Promise<Source> {
  const seen: SignedRequest[] = [];
  const server = createServer((message: IncomingMessage, response) => {
    const request = {
      method: message.method ?? '',
      target: message.url ?? '',
      headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    };
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: address && typeof address === 'object' ? address.port : 0,
    seen,
    close: () => void server.close(),
  };
}
