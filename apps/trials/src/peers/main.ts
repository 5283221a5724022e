import { commit } from './commit.ts';
import { dbos } from './dbos.ts';
import { delayed } from './delayed.ts';
import { flow } from './flow.ts';
import { groupCommit } from './group-commit.ts';
import { peerOptions } from './peer.ts';

// A process of its own, so that its CPU is its own: prints what it measured as the last line.
const peers = { commit, dbos, delayed, flow, 'group-commit': groupCommit };
const [name = '', options = '{}'] = process.argv.slice(2);
const peer = Object.entries(peers).find(([known]) => known === name)?.[1];
if (!peer) throw new Error(`There is no peer "${name}"; there are: ${Object.keys(peers).join(', ')}.`);
const result = await peer(peerOptions.parse(JSON.parse(options)));
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
