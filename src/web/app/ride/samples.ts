import { GRACE_MS, type Sample } from '../bike/bike';

/** More than a race's worth of a bike that tells four times a second. */
const MOST = 4_000;

/** What a bike told lately, so that seconds which a late timer passed over can be made up for. */
export class SampleLog {
  private samples: Sample[] = [];

  add(sample: Sample): void {
    // The clock was set back: what is "later" than now was before, and would hide what comes.
    while (this.samples.length > 0 && this.samples[this.samples.length - 1]!.at >= sample.at) this.samples.pop();
    this.samples.push(sample);
    if (this.samples.length > MOST) this.samples.splice(0, MOST / 2);
  }

  /** The last one that was told by `moment`; null where it was too long before to say anything of it. */
  at(moment: number): Sample | null {
    let index = this.samples.length - 1;
    while (index >= 0 && this.samples[index]!.at > moment) --index;
    const sample = this.samples[index];
    return sample && moment - sample.at <= GRACE_MS ? sample : null;
  }
}
