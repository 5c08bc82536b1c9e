import { signInByLink, tokenOfFragment } from './api/access';
import { go } from './router';

function takeToken(): void {
  const brought = tokenOfFragment(location.hash);
  if (brought === null) return;
  go(location.pathname + location.search, { replace: true }); // before anybody reads it from the address
  signInByLink(brought);
}

/** Signs in by a link such as /#token=…, also where the page is open already. */
export function followTokenLinks(): void {
  takeToken();
  addEventListener('hashchange', takeToken);
}
