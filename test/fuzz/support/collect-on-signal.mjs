// Loaded before the server (`--import`): at SIGUSR2 collects garbage and says what is left. For the fuzz alone.
process.on('SIGUSR2', () => {
  globalThis.gc();
  process.stdout.write(`collected ${process.memoryUsage().heapUsed}\n`);
});
