/** What a race is ridden for. A parked bike scores too, 22.75: the formula has it so. */
export function outputOf(cadence: number, resistance: number): number {
  return ((cadence + 35) * (resistance + 65)) / 100;
}
