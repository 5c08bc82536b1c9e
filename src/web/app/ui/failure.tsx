import { needsSignIn } from '../api/http';
import { isAnswer } from '../api/until_answered';
import { t } from '../strings';

/** Why something could not be fetched. */
export function Failure({ error }: { error: Error }) {
  // Where there was no answer, or somebody has to sign in, it is asked for again.
  const text = needsSignIn(error) ? t.access.needed : isAnswer(error) ? error.message : t.shell.unreachable;
  return (
    <p class="notice bad" role="alert">
      {text}
    </p>
  );
}
