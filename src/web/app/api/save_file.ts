import { fetchFile } from './http';

/** What the daemon calls a file: by its header, or else as the last part of its address. No folders. */
export function fileNameOf(disposition: string | null, path: string): string {
  const named =
    encodedName(disposition) ?? /filename="((?:[^"\\]|\\.)*)"/i.exec(disposition ?? '')?.[1]?.replace(/\\(.)/g, '$1');
  const plain = named ?? /filename=([^\s;"]+)/i.exec(disposition ?? '')?.[1];
  const last = path.split(/[?#]/)[0]?.split('/').at(-1);
  return (plain || last || 'download').replace(/[/\\]/g, '_');
}

function encodedName(disposition: string | null): string | undefined {
  const text = /filename\*=UTF-8''([^\s;]+)/i.exec(disposition ?? '')?.[1];
  try {
    return text && decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Long enough for any browser to have begun. */
const FORGET_MS = 60_000;

/** Fetches a file with all that goes with a request of this page, and has the browser save it. */
export async function saveFile(path: string): Promise<void> {
  const response = await fetchFile(path);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = fileNameOf(response.headers.get('Content-Disposition'), path);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), FORGET_MS);
}
