export interface Rounds {
  /** Notes that one of them has done one more. */
  done(index: number): void;
  /** Resolves when all have done so many more. */
  more(count: number): Promise<void>;
}

/** Counts what each of some has done, and tells when all have done so much more. */
export function createRounds(clients: number): Rounds {
  const counts = Array<number>(clients).fill(0);
  const waiting = new Set<() => void>();
  return {
    done(index) {
      counts[index] = (counts[index] ?? 0) + 1;
      for (const look of waiting) look();
    },
    more(count) {
      const goals = counts.map((done) => done + count);
      return new Promise((resolve) => {
        const look = () => {
          if (goals.some((goal, index) => (counts[index] ?? 0) < goal)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },
  };
}
