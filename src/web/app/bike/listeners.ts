import type { Sample, TakeSamples } from './bike';

/** Who is told the samples of a bike. */
export class Listeners {
  private readonly takers = new Set<TakeSamples>();

  add(take: TakeSamples): () => void {
    this.takers.add(take);
    return () => this.takers.delete(take);
  }

  tell(samples: readonly Sample[]): void {
    for (const take of this.takers) take(samples);
  }
}
