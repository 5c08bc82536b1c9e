import { t } from '../../strings';
import { Card } from './card';
import { bytesText, durationText, percentText, rateText } from './figures';
import { LevelMark } from './level_mark';
import { levelOf, worst, type Shard } from './status_model';

const words = t.status.shards;

function Depth({ fill }: { fill: number | null }) {
  return (
    <span class="depth">
      <span class={`gauge ${levelOf(fill, 'ringFill')}`} aria-hidden="true">
        <span style={{ width: `${Math.min(100, (fill ?? 0) * 100)}%` }} />
      </span>
      <span>{percentText(fill)}</span>
    </span>
  );
}

function ShardState({ shard }: { shard: Shard }) {
  if (shard.failing) return <LevelMark level="bad">{words.failing}</LevelMark>;
  if (shard.hot) return <LevelMark level={worst(['warn', shard.level])}>{words.busy}</LevelMark>;
  return <LevelMark level={shard.level}>{t.status.levels[shard.level]}</LevelMark>;
}

function ShardRow({ shard }: { shard: Shard }) {
  return (
    <tr data-testid="shard" data-shard={shard.shard}>
      <th scope="row">{shard.shard}</th>
      <td class="number strong">{rateText(shard.rate)}</td>
      <td class="number">
        <Depth fill={shard.fill} />
      </td>
      <td class="number">{durationText(shard.oldest)}</td>
      <td class="number log">{bytesText(shard.logBytes)}</td>
      <td>
        <ShardState shard={shard} />
      </td>
    </tr>
  );
}

export function ShardsCard({ shards }: { shards: readonly Shard[] }) {
  const figures = [words.rate, words.depth, words.oldest];
  return (
    <Card title={words.title} hint={words.hint} level={worst(shards.map(({ level }) => level))} size="half">
      <table class="shards">
        <thead>
          <tr>
            <th scope="col">{words.shard}</th>
            {figures.map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
            <th scope="col" class="number log">
              {words.log}
            </th>
            <th scope="col">{words.state}</th>
          </tr>
        </thead>
        <tbody>
          {shards.map((shard) => (
            <ShardRow key={shard.shard} shard={shard} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}
