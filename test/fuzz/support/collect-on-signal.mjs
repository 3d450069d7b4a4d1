// Loaded before the server (`--import`): at SIGUSR2 collects garbage and says what is left. For the fuzz alone.
process.on('SIGUSR2', () => {
  // Gives half-empty pages back as well: what stays resident is what is used, not how it was spread.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  process.stdout.write(`collected ${process.memoryUsage().heapUsed}\n`);
});
