/**
 * Flags of Node for processes that run services, which keep them small: most of their garbage is young, and the heap may
 * grow by half before it is collected as a whole, where V8 alone lets a small heap grow to four times of what is in use. One
 * thread helps them collect: more would take the cores of those who answer, and what comes meanwhile would wait for the end.
 */
export const SERVICE_NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=2',
  '--heap-growing-percent=50',
  '--v8-pool-size=1',
];

/** Flags for orca in a process of its own, which is there for its throughput: with more room for what is young, less of it is ever copied. */
export const ENGINE_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=32'];
