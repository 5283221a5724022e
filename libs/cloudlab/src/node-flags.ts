/**
 * Flags of Node for the process that carries traffic, where requests wait for each collection of garbage: young objects
 * have room, so that few of them grow old, and the heap may grow to five times of what is in use before all of it is
 * looked through.
 */
export const CLOUDLAB_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8', '--heap-growing-percent=400'];
