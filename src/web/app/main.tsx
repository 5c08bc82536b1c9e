import './style/tokens.css';
import './style/base.css';

import { render } from 'preact';

import { startClock } from './api/clock';
import { askClasses } from './classes';
import { followLinks } from './router';
import { Shell } from './shell';

startClock();
void askClasses();
followLinks();
render(<Shell />, document.getElementById('app')!);
