import { describe, expect, test } from 'vitest';
import { parseListening } from './listening-sockets.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const line = (local: string, state: string, inode: number): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0`;

describe("the machine's table of sockets", () => {
  test('tells address, port and inode of what listens, whichever way the address is written', () => {
    const table = [
      HEAD,
      line('0105807F:1F90', '0A', 11),
      line('00000000:0050', '0A', 12),
      line('0000000000000000FFFF00000100007F:0051', '0A', 13),
      line('00000000000000000000000000000000:0052', '0A', 14),
    ].join('\n');
    expect(parseListening(table)).toEqual([
      { address: '127.128.5.1', port: 8080, inode: '11', wildcard: false },
      { address: '0.0.0.0', port: 80, inode: '12', wildcard: true },
      { address: '127.0.0.1', port: 81, inode: '13', wildcard: false },
      { address: '00000000000000000000000000000000', port: 82, inode: '14', wildcard: true },
    ]);
  });

  test('ends at the first connection: what listens stands before', () => {
    const table = [HEAD, line('0100007F:0050', '0A', 1), line('0100007F:0051', '06', 2)].join('\n');
    expect(parseListening(table).map(({ port }) => port)).toEqual([80]);
    expect(parseListening('')).toEqual([]);
  });
});
