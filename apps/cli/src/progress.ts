import { Presets, SingleBar } from 'cli-progress';

/** Work that ends sooner is not worth a bar (contract.md §6). */
const SHOW_AFTER_MS = 2_000;

export interface Progress {
  /** @param text what stands beside the bar */
  update(done: number, total: number, text: string): void;
  stop(): void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/** On stderr, and on a terminal only: a log or a pipe gets no bars. */
export function startProgress(label: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return silent;
  const startedAt = performance.now();
  let bar: SingleBar | undefined;
  return {
    update(done, total, text) {
      if (bar === undefined) {
        if (performance.now() - startedAt < SHOW_AFTER_MS) return;
        bar = new SingleBar(
          { format: `${label} {bar} {value}/{total} {text}`, stream, hideCursor: true },
          Presets.shades_classic,
        );
        bar.start(total, done, { text });
      }
      bar.setTotal(total);
      bar.update(done, { text });
    },
    stop() {
      bar?.stop();
    },
  };
}
