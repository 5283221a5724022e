/** The line that begins a connection under the PROXY protocol, version 1: who the client is and whom it asked. */
export function proxyLine(client: string, clientPort: number, address: string, port: number): string {
  return `PROXY TCP4 ${client} ${address} ${clientPort} ${port}\r\n`;
}
