// kinesalite as its own command starts it, but on loopback and on a free port. Arguments: the folder of its LevelDB store.

import kinesalite from 'kinesalite';

const server = kinesalite({ path: process.argv[2], createStreamMs: 0 });
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
