import { className } from '../../classes';
import { formatGap, formatOutput } from '../../format';
import { nameOf } from '../../names';
import { t } from '../../strings';
import { TrophyIcon } from '../../ui/icons';
import type { News } from './ticker';

function details({ kind, seconds, second, output, previous }: News): string {
  if (kind === 'second') return seconds > 1 ? t.wall.atSeconds(seconds) : t.wall.atSecond(second);
  return previous === null ? '' : t.wall.gain(formatGap(output - previous));
}

/** The record of the moment, at the bottom of the wall. Not read aloud: there is no end to it. */
export function TickerLine({ news }: { news: News | null }) {
  return (
    <div class={news ? `wall-ticker ${news.kind}` : 'wall-ticker'} data-testid="ticker" data-kind={news?.kind}>
      {news ? (
        <p key={news.id}>
          <span class="wall-news-kind">
            <TrophyIcon />
            {t.wall.records[news.kind]}
          </span>
          <span class="wall-news-name" dir="auto">
            {nameOf(news)}
          </span>
          <strong>{formatOutput(news.output)}</strong>
          <span class="wall-news-details">{details(news)}</span>
          <span class="wall-news-class">{className(news.classId)}</span>
        </p>
      ) : (
        <p class="wall-quiet">{t.wall.quiet}</p>
      )}
    </div>
  );
}
