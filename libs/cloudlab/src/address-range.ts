/** An IPv4 range: its first address as a number, and the length of its prefix. */
export interface AddressRange {
  readonly first: number;
  /** 0 to 32. */
  readonly prefix: number;
}

/** The number that an IPv4 address in dotted form is; undefined when it is none. */
export function addressNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** The dotted form of an IPv4 address. */
export function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** Reads `10.0.0.0/24`, or one address as a range of its own; undefined when it is none or has bits behind the prefix. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = '', length = '32', ...more] = text.split('/');
  const first = addressNumber(address);
  if (first === undefined || more.length > 0 || !/^\d{1,2}$/.test(length)) return undefined;
  const prefix = Number(length);
  return prefix <= 32 && first % 2 ** (32 - prefix) === 0 ? { first, prefix } : undefined;
}

/** Whether the text is an IPv4 range or address. */
export function isRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** Whether two ranges have an address in common. */
export function overlap(a: AddressRange, b: AddressRange): boolean {
  const size = 2 ** (32 - Math.min(a.prefix, b.prefix));
  return Math.floor(a.first / size) === Math.floor(b.first / size);
}
