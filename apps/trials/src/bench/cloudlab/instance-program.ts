/**
 * The program of an instance: answers its name over HTTP, and closes its connections when it gets no new traffic,
 * as the metadata server tells it. Plain text: it runs inside an image of its own.
 */
export const INSTANCE_PROGRAM = `
const http = require('node:http');
const name = process.env.INSTANCE_NAME + '\\n';
let draining = false;
const server = http.createServer((request, response) => {
  if (draining) response.setHeader('connection', 'close');
  response.setHeader('content-length', name.length);
  response.end(name);
});
server.keepAliveTimeout = 620000;
server.listen(process.env.PORT, process.env.HOST, () => console.log('listening'));
process.on('SIGTERM', () => { draining = true; server.close(() => process.exit(0)); });
function watch(last) {
  const url = process.env.METADATA_URL + '/instance/lab/traffic?wait_for_change=true&timeout_sec=60&last_value=' + last;
  const question = http.get(url, { headers: { 'metadata-flavor': 'Google' } }, (answer) => {
    let text = '';
    answer.on('data', (piece) => (text += piece));
    answer.on('end', () => {
      draining = text.trim() === 'DRAINING';
      setTimeout(watch, 100, text.trim());
    });
  });
  question.on('error', () => setTimeout(watch, 1000, ''));
}
watch('');
`;
