/**
 * How the server is held to little memory, measured while 367,920 partitions are loaded into the embedded database.
 * V8: a small nursery, and an old generation that is collected when it has grown by a third and not by a multiple.
 */
export const MEMORY_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=33'];

/** glibc: few heaps for Node's many threads, and what is freed goes back to the system. 490 → 390 MiB. */
export const MEMORY_ENVIRONMENT = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '131072',
};
