/**
 * How V8 is held to little memory: a small nursery, and an old generation that is collected when it has grown by a
 * third and not by a multiple. Measured on GetTable: no loss of throughput.
 */
export const MEMORY_FLAGS = ['--max-semi-space-size=4', '--heap-growing-percent=33'];
