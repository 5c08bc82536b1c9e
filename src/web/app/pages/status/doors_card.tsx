import { t } from '../../strings';
import { Card } from './card';
import { countText, rateText } from './figures';
import { LevelMark } from './level_mark';
import { Sparkline } from './sparkline';
import { worst, type Door } from './status_model';

const words = t.status.doors;

function DoorRow({ door }: { door: Door }) {
  return (
    <tr data-testid="door" data-door={door.name}>
      <th scope="row">
        {door.title} {door.level !== 'good' && <LevelMark level={door.level} />}
      </th>
      <td class="number strong">{rateText(door.rate)}</td>
      <td class="trend">
        <Sparkline points={door.points} />
      </td>
      <td class="number">{countText(door.accepted)}</td>
      <td class="number">{countText(door.rejected)}</td>
    </tr>
  );
}

export function DoorsCard({ doors }: { doors: readonly Door[] }) {
  return (
    <Card title={words.title} hint={words.hint} level={worst(doors.map(({ level }) => level))} size="half">
      <table class="doors">
        <thead>
          <tr>
            <th scope="col">{words.door}</th>
            <th scope="col" class="number">
              {words.rate}
            </th>
            <th scope="col" class="trend">
              {words.trend}
            </th>
            <th scope="col" class="number">
              {words.accepted}
            </th>
            <th scope="col" class="number">
              {words.rejected}
            </th>
          </tr>
        </thead>
        <tbody>
          {doors.map((door) => (
            <DoorRow key={door.name} door={door} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}
