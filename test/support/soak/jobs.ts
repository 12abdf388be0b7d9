/** The jobs of pull requests, as GitHub runs them: at most one of each at a time, and the newest of those that wait for it. */
export class Jobs<Told extends { readonly number: number }> {
  private readonly run: (told: Told) => Promise<void>;
  /** The pull requests of which a job runs, or waits for a machine. */
  private readonly busy = new Map<number, Promise<void>>();
  private readonly waiting = new Map<number, Told>();
  private problem: Error | undefined;

  constructor(run: (told: Told) => Promise<void>) {
    this.run = run;
  }

  /** Begins a job, or lets it wait for the one of its pull request that runs; one that waits already is dropped. */
  begin(told: Told): void {
    const { number } = told;
    if (this.busy.has(number)) {
      this.waiting.set(number, told);
      return;
    }
    const job = this.all(told).catch((error: unknown) => {
      this.problem ??= error instanceof Error ? error : new Error(String(error));
    });
    this.busy.set(
      number,
      job.then(() => {
        this.busy.delete(number);
      }),
    );
  }

  /** Waits until no more than these many pull requests have a job, and fails with the first one that failed. */
  async noMoreThan(most: number): Promise<void> {
    while (this.busy.size > most) await Promise.race(this.busy.values());
    this.check();
  }

  /** Waits until a pull request has no job. */
  async without(number: number): Promise<void> {
    await this.busy.get(number);
    this.check();
  }

  /** Tells whether a pull request has a job. */
  has(number: number): boolean {
    return this.busy.has(number);
  }

  private async all(first: Told): Promise<void> {
    for (let told: Told | undefined = first; told !== undefined;) {
      await this.run(told);
      told = this.waiting.get(first.number);
      this.waiting.delete(first.number);
    }
  }

  private check(): void {
    if (this.problem !== undefined) throw this.problem;
  }
}
