/** Options of a Redis connection from its URL. */
export function connection(redisUrl: string): { host: string; port: number; password: string } {
  const { hostname, port, password } = new URL(redisUrl);
  return { host: hostname, port: Number(port), password: decodeURIComponent(password) };
}
