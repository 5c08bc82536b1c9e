import './style/tokens.css';
import './style/base.css';

import { effect } from '@preact/signals';
import { render } from 'preact';

import { askAccess, mustSignIn, startAccess } from './api/access';
import { askClock, startClock, whenReachableAgain } from './api/clock';
import { askClasses } from './classes';
import { followLinks } from './router';
import { Shell } from './shell';
import { followTokenLinks } from './token_link';

followTokenLinks();
startAccess();
startClock();
void askClasses();
whenReachableAgain(() => void askAccess()); // a daemon that was started again may ask for other tokens
let couldAsk = true;
effect(() => {
  const can = !mustSignIn.value;
  if (can && !couldAsk) void askClock().then(askClasses);
  couldAsk = can;
});
followLinks();
render(<Shell />, document.getElementById('app')!);
