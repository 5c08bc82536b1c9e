import { isAnswer } from '../api/until_answered';
import { t } from '../strings';

/** Why something could not be fetched. */
export function Failure({ error }: { error: Error }) {
  const text = isAnswer(error) ? error.message : t.shell.unreachable; // it is asked for again then
  return (
    <p class="notice bad" role="alert">
      {text}
    </p>
  );
}
