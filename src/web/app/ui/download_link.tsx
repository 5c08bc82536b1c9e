import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { signedIn } from '../api/access';
import { needsSignIn } from '../api/http';
import { saveFile } from '../api/save_file';
import { t } from '../strings';
import { DownloadIcon } from './icons';

interface Props {
  path: string;
  class: string;
  label?: string;
  children: ComponentChildren;
}

/** A link to a file. A browser that follows a link brings no token, so that the page fetches the file where one is asked for. */
export function DownloadLink({ path, class: look, label, children }: Props) {
  const [failure, setFailure] = useState<string | null>(null);
  const fetchIt = (event: Event) => {
    if (!signedIn.peek()) return;
    event.preventDefault();
    setFailure(null);
    saveFile(path).catch((error: Error) => setFailure(needsSignIn(error) ? t.access.needed : error.message));
  };
  return (
    <>
      <a class={look} href={path} download aria-label={label} onClick={fetchIt}>
        <DownloadIcon />
        {children}
      </a>
      {failure !== null && <span role="alert">{t.shell.downloadFailed(failure)}</span>}
    </>
  );
}
