// What an operator should look at, in words, the worst first.

import { t } from '../../strings';
import { durationText, percentText } from './figures';
import { levelOf, type Broker, type Delivery, type Disk, type Door, type Level, type Shard } from './status_model';

export interface Concern {
  level: Exclude<Level, 'good'>;
  text: string;
}

const words = t.status.concerns;

function shardConcerns(shard: Shard): (Concern | false)[] {
  const fill = levelOf(shard.fill, 'ringFill');
  const oldest = levelOf(shard.oldest, 'shardOldest');
  return [
    shard.failing === true && { level: 'bad', text: words.logFailing(shard.shard) },
    fill !== 'good' && { level: fill, text: words.queueFull(shard.shard, percentText(shard.fill)) },
    oldest !== 'good' && { level: oldest, text: words.shardLate(shard.shard, durationText(shard.oldest)) },
    shard.hot && { level: 'warn', text: words.busy(shard.shard) },
  ];
}

function doorConcerns(door: Door): (Concern | false)[] {
  const refuses = levelOf(door.refused, 'rejected');
  return [
    refuses !== 'good' && { level: refuses, text: words.rejects(door.title, percentText(door.refused)) },
    door.stalled && { level: 'warn', text: words.stalled(door.title) },
    !!door.lost && { level: 'warn', text: words.lost(door.title) },
  ];
}

export function concernsOf(
  parts: { doors: Door[]; shards: Shard[]; delivery: Delivery; broker: Broker; disk: Disk },
): Concern[] {
  const { delivery, disk } = parts;
  const late = levelOf(delivery.oldest, 'deliveryOldest');
  const all: (Concern | false)[] = [
    parts.broker.connected === false && { level: 'bad', text: words.broker },
    ...parts.shards.flatMap(shardConcerns),
    delivery.diskFailing === true && { level: 'bad', text: words.deliveryDisk },
    late !== 'good' && { level: late, text: words.deliveryLate(durationText(delivery.oldest)) },
    disk.resultsFailing === true && { level: 'bad', text: words.results },
    disk.full !== 'good' && { level: disk.full, text: words.diskFull(percentText(disk.used)) },
    ...parts.doors.flatMap(doorConcerns),
  ];
  const found = all.filter((concern) => concern !== false);
  return [...found.filter(({ level }) => level === 'bad'), ...found.filter(({ level }) => level === 'warn')];
}
